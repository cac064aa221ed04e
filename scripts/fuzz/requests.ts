import fc, { type Arbitrary } from "fast-check";

import type { Operation, Parameter } from "../../generator/model/api-model.js";
import type { Step } from "./chains.js";
import type { Fact } from "./facts.js";
import { invalid } from "./faults.js";
import { DEEPEST, valid, type Surroundings } from "./values.js";

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
    fact: factFor(parameters, around),
    path: inPlace(parameters, "path", around),
    query: inPlace(parameters, "query", around),
    body: content ? valid(content.schema ?? true, around) : fc.constant(undefined),
  };
  return fc.record(base).map(({ fact, path, query, body: value }) => ({
    operation,
    isValid: true,
    path: { ...path, ...only(fact, path) },
    query,
    ...(content && { body: withKnown(value, fact), mediaType: content.mediaType }),
  }));
}

/** The next request of a chain: what the spec requires, what the chain says, and what its answers told. */
export function chainedRequest(
  operation: Operation,
  { path: chosen = {}, body: wanted }: Step,
  known: Fact,
  around: Surroundings,
): Arbitrary<FuzzRequest> {
  const { parameters, body } = operation;
  const content = body?.contents.find(({ kind }) => kind === "json");
  const least = content && wanted === undefined ? valid(content.schema ?? true, around, DEEPEST) : undefined;
  const base = {
    path: inPlace(parameters, "path", around),
    body: least ?? fc.constant(wanted),
  };
  return fc.record(base).map(({ path, body: value }) => ({
    operation,
    isValid: true,
    path: { ...path, ...only(known, path), ...chosen },
    query: {},
    ...(content && { body: withKnown(value, known), mediaType: content.mediaType }),
  }));
}

/** Something that is there, newer things more often; at times nothing, so that the parts do not fit together. */
function factFor(parameters: readonly Parameter[], around: Surroundings): Arbitrary<Fact> {
  const names = parameters.flatMap(({ name, in: place, clientDefault }) =>
    place === "path" && clientDefault === undefined ? [name] : [],
  );
  const facts = names.length === 0 ? [] : around.about(names);
  if (facts.length === 0) return fc.constant({});
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...facts.slice(0, 10)) },
    { weight: 3, arbitrary: fc.constantFrom(...facts) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
}

function only(fact: Fact, members: object): Fact {
  return Object.fromEntries(Object.entries(fact).filter(([name]) => Object.hasOwn(members, name)));
}

/** A body with the ids and tokens of something that is known, but for those that are written out. */
function withKnown(body: unknown, known: Fact): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const tellsWho = (name: string, value: unknown): boolean =>
    typeof value === "string" && (name === "token" || (name.endsWith("Id") && name !== "userId"));
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      tellsWho(name, value) && Object.hasOwn(known, name) ? known[name] : value,
    ]),
  );
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
