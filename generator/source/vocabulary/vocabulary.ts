import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

import { nearest } from "../../base/nearest.js";

import xCache from "./x-cache.schema.json" with { type: "json" };
import xClientDefault from "./x-client-default.schema.json" with { type: "json" };
import xErrorCodes from "./x-error-codes.schema.json" with { type: "json" };
import xIdempotency from "./x-idempotency.schema.json" with { type: "json" };
import xMethod from "./x-method.schema.json" with { type: "json" };
import xOpenEnum from "./x-open-enum.schema.json" with { type: "json" };
import xPagination from "./x-pagination.schema.json" with { type: "json" };
import xRateLimits from "./x-rate-limits.schema.json" with { type: "json" };
import xResource from "./x-resource.schema.json" with { type: "json" };
import xRetry from "./x-retry.schema.json" with { type: "json" };

/** The JSON Schema of each extension of the vocabulary. */
export const vocabulary: Readonly<Record<string, object>> = {
  "x-rate-limits": xRateLimits,
  "x-retry": xRetry,
  "x-idempotency": xIdempotency,
  "x-pagination": xPagination,
  "x-error-codes": xErrorCodes,
  "x-cache": xCache,
  "x-resource": xResource,
  "x-method": xMethod,
  "x-open-enum": xOpenEnum,
  "x-client-default": xClientDefault,
};

/** ISO 8601 durations of days and smaller units; years and months have no fixed length. */
const DURATION = /^P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;

const validators = new Map<string, ValidateFunction>();

/** Checks one value of the vocabulary. One mistake gives one text, which names the words that are allowed. */
export function checkExtension(name: string, value: unknown): string[] {
  const schema = vocabulary[name];
  if (!schema) return [];
  let validate = validators.get(name);
  if (!validate) {
    const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true });
    ajv.addFormat("duration", DURATION);
    ajv.addFormat("regex", { type: "string", validate: isRegex });
    validate = ajv.compile(schema);
    validators.set(name, validate);
  }
  return validate(value) ? [] : textsOf(validate.errors ?? []);
}

function isRegex(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Keywords that only say that some other one failed. */
const SUMMARIES = new Set(["anyOf", "oneOf", "allOf", "if", "not"]);

/** One text for each place, of what is most likely meant there. */
function textsOf(errors: readonly ErrorObject[]): string[] {
  const telling = errors.filter(({ keyword }) => !SUMMARIES.has(keyword));
  // Of alternatives, the one that was followed furthest is the one that was meant.
  const deepest = Math.max(...telling.map(depthOf));
  const isChoice = errors.some(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const meant = isChoice
    ? telling.filter((error) => depthOf(error) === deepest && error.keyword !== "const")
    : telling;
  const byPlace = new Map<string, string>();
  for (const error of meant.length > 0 ? meant : telling) {
    const key = `${error.instancePath} ${String(error.params["additionalProperty"] ?? "")}`;
    if (!byPlace.has(key)) byPlace.set(key, textOf(error));
  }
  return [...byPlace.values()];
}

function depthOf({ instancePath, keyword }: ErrorObject): number {
  return instancePath.split("/").length + (keyword === "additionalProperties" ? 1 : 0);
}

function textOf({ instancePath, message = "is wrong", params, parentSchema }: ErrorObject): string {
  const subject = instancePath === "" ? "it" : instancePath;
  const unknown: unknown = params["additionalProperty"];
  if (typeof unknown === "string") {
    const known = Object.keys(Object(Object(parentSchema).properties));
    const near = nearest(unknown, known);
    return `${subject} has no "${unknown}"${near === undefined ? "" : `; did you mean "${near}"?`} It takes ${known.join(", ")}`;
  }
  const allowed: unknown = params["allowedValues"];
  return Array.isArray(allowed) ? `${subject} must be one of ${allowed.join(", ")}` : `${subject} ${message}`;
}

/** The names of the members that an extension's schema knows, at any depth. */
export function membersOf(name: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (schema: unknown): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, value] of Object.entries(schema)) {
      if (key === "properties") for (const member of Object.keys(Object(value))) names.add(member);
      visit(value);
    }
  };
  visit(vocabulary[name]);
  return names;
}
