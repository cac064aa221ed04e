import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

import type { Diagnostic, Location } from "./diagnostic.js";
import xCache from "./vocabulary/x-cache.schema.json" with { type: "json" };
import xClientDefault from "./vocabulary/x-client-default.schema.json" with { type: "json" };
import xErrorCodes from "./vocabulary/x-error-codes.schema.json" with { type: "json" };
import xIdempotency from "./vocabulary/x-idempotency.schema.json" with { type: "json" };
import xMethod from "./vocabulary/x-method.schema.json" with { type: "json" };
import xOpenEnum from "./vocabulary/x-open-enum.schema.json" with { type: "json" };
import xPagination from "./vocabulary/x-pagination.schema.json" with { type: "json" };
import xRateLimits from "./vocabulary/x-rate-limits.schema.json" with { type: "json" };
import xResource from "./vocabulary/x-resource.schema.json" with { type: "json" };
import xRetry from "./vocabulary/x-retry.schema.json" with { type: "json" };

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

/** Checks one value of the vocabulary; the texts say what is wrong with it. */
export function checkExtension(name: string, value: unknown): string[] {
  const schema = vocabulary[name];
  if (!schema) return [];
  let validate = validators.get(name);
  if (!validate) {
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    ajv.addFormat("duration", DURATION);
    ajv.addFormat("regex", { type: "string", validate: isRegex });
    validate = ajv.compile(schema);
    validators.set(name, validate);
  }
  return validate(value) ? [] : [...new Set((validate.errors ?? []).map(messageOf))];
}

function isRegex(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

function messageOf({ instancePath, message = "is wrong", params }: ErrorObject): string {
  const detail = "additionalProperty" in params ? ` ("${String(params["additionalProperty"])}")` : "";
  const choices = "allowedValues" in params ? `: ${JSON.stringify(params["allowedValues"])}` : "";
  return `${instancePath === "" ? "it" : instancePath} ${message}${detail}${choices}`;
}

/** Keywords whose values are data, in which an extension's name means nothing. */
const DATA = new Set(["example", "examples", "default", "enum", "const"]);

/** Checks every extension of the vocabulary in a document. */
export function checkVocabulary(
  document: unknown,
  locate: (pointer: string) => Location | undefined,
): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const visit = (value: unknown, at: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (DATA.has(key)) continue;
      const here = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (key.startsWith("x-") && Object.hasOwn(vocabulary, key)) {
        problems.push(...checkExtension(key, member).map((text) => problemAt(key, text, here, locate)));
      } else visit(member, here);
    }
  };
  visit(document, "");
  return problems;
}

function problemAt(
  key: string,
  text: string,
  pointer: string,
  locate: (pointer: string) => Location | undefined,
): Diagnostic {
  const location = locate(pointer);
  return {
    severity: "error",
    rule: "vocabulary",
    message: `${key} is not well-formed: ${text}.`,
    remedy: `Write it as the vocabulary's schema says: ${String(Object(vocabulary[key]).description)}`,
    ...(location ? { location } : {}),
  };
}
