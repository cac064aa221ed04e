import fc, { type Arbitrary } from "fast-check";

import type { Operation, Parameter } from "../../generator/model/api-model.js";
import { invalid } from "./faults.js";
import { valid, type Surroundings } from "./values.js";

/** A request to be sent, and whether the spec allows it. */
export interface FuzzRequest {
  readonly operation: Operation;
  readonly isValid: boolean;
  /** What is wrong with it, for the report. */
  readonly fault?: string;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly mediaType?: string;
}

/** Requests to an operation, that the spec allows or that it does not in one way. */
export function requestsTo(operation: Operation, around: Surroundings): Arbitrary<FuzzRequest> {
  const sound = soundRequest(operation, around);
  const unsound = faultsOf(operation, around, sound);
  return unsound.length === 0
    ? sound
    : fc.oneof({ weight: 3, arbitrary: sound }, { weight: 2, arbitrary: fc.oneof(...unsound) });
}

/** Requests that the spec allows. */
export function soundRequest(operation: Operation, around: Surroundings): Arbitrary<FuzzRequest> {
  const { parameters, body } = operation;
  const content = body?.contents.find(({ kind }) => kind === "json");
  const base = {
    path: inPlace(parameters, "path", around),
    query: inPlace(parameters, "query", around),
    body: content ? valid(content.schema ?? true, around) : fc.constant(undefined),
  };
  return fc.record(base).map(({ path, query, body: value }) => ({
    operation,
    isValid: true,
    path,
    query,
    ...(content && { body: value, mediaType: content.mediaType }),
  }));
}

function inPlace(
  parameters: readonly Parameter[],
  place: "path" | "query",
  around: Surroundings,
): Arbitrary<Record<string, unknown>> {
  const own = parameters.filter((parameter) => parameter.in === place);
  const values = own.map((parameter) => [parameter.name, valueOf(parameter, around)] as const);
  const required = own.flatMap(({ name, required: isRequired }) => (isRequired ? [name] : []));
  return fc.record(Object.fromEntries(values), { requiredKeys: required });
}

function valueOf(parameter: Parameter, around: Surroundings): Arbitrary<unknown> {
  if (parameter.clientDefault !== undefined) return fc.constant(parameter.clientDefault);
  // A cursor is opaque: one that is made up is refused, which is no fault of the spec's.
  if (parameter.name === "cursor") return fc.constant(undefined);
  // A long poll is waited for, not fuzzed.
  if (parameter.name === "wait") return fc.constant(undefined);
  const value = valid(parameter.schema, around);
  return parameter.in === "path" ? value.filter((item) => !/^\.{0,2}$/.test(String(item))) : value;
}

function faultsOf(
  operation: Operation,
  around: Surroundings,
  sound: Arbitrary<FuzzRequest>,
): Arbitrary<FuzzRequest>[] {
  const { parameters, body } = operation;
  const spoiled = (fault: string, spoil: (request: FuzzRequest) => FuzzRequest): Arbitrary<FuzzRequest> =>
    sound.map((request) => ({ ...spoil(request), isValid: false, fault }));
  const ofParameters = parameters.flatMap((parameter) => {
    const { name, in: place, schema } = parameter;
    const wrong =
      parameter.clientDefault === undefined ? invalid(schema, around, fc.constant({})) : undefined;
    if (!wrong || (place !== "path" && place !== "query")) return [];
    return [
      fc
        .tuple(
          sound,
          wrong.filter((value) => isTellable(value, place, schema)),
        )
        .map(([request, value]) => ({
          ...request,
          [place]: { ...request[place], [name]: value },
          isValid: false,
          fault: `${place} ${name}`,
        })),
    ];
  });
  const unknown = spoiled("unknown query parameter", (request) => ({
    ...request,
    query: { ...request.query, noSuchParameter: "1" },
  }));
  const content = body?.contents.find(({ kind }) => kind === "json");
  if (!content) return [...ofParameters, unknown];
  const wrongBody = invalid(content.schema ?? true, around, valid(content.schema ?? true, around));
  const ofBody = wrongBody
    ? [
        fc
          .tuple(sound, wrongBody)
          .map(([request, value]) => ({ ...request, body: value, isValid: false, fault: "body" })),
      ]
    : [];
  const wrongType = spoiled("media type", (request) => ({ ...request, mediaType: "text/csv" }));
  return [...ofParameters, unknown, ...ofBody, wrongType];
}

/** Whether a wrong value stays wrong when it is written into an address, where everything is text. */
function isTellable(value: unknown, place: string, schema: Parameter["schema"]): boolean {
  if (value === null || typeof value === "object") return false;
  if (typeof value === "string") return place === "query" || (value !== "" && !value.includes("\0"));
  const types = typeof schema === "object" ? [schema.type].flat() : [];
  const isText = types.includes("string") || types.includes("array");
  return typeof value === "number" ? !isText && place === "query" : !types.includes("string") && !isText;
}
