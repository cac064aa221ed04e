import {
  arrayOf,
  isObject,
  objectOf,
  pointer,
  stringOf,
  tokensOf,
  valueAt,
  type JsonObject,
} from "../base/json.js";
import type { Diagnostic, Location } from "./diagnostic.js";
import { azure, fern, redocly, speakeasy, stainless, type PaginationReader } from "./foreign-pagination.js";
import { checkPagination } from "./pagination-check.js";
import { checkExtension } from "./vocabulary/vocabulary.js";

type Json = Record<string, unknown>;

/** An extension of another tool that was read as one of ours, and how often. */
export interface Adopted {
  readonly extension: string;
  readonly count: number;
}

const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]);

const PAGINATION: Readonly<Record<string, PaginationReader>> = {
  "x-speakeasy-pagination": speakeasy,
  "x-fern-pagination": fern,
  "x-redocly-pagination": redocly,
  "x-ms-pageable": azure,
};

/** Names of methods and resources, by the extension that states them. */
const METHOD_NAMES = ["x-speakeasy-name-override", "x-fern-sdk-method-name"];
const RESOURCES = ["x-speakeasy-group", "x-fern-sdk-group-name"];

/**
 * Reads the extensions of Speakeasy, Fern, Redocly, Azure and Stainless that say what ours would, and writes ours into
 * the document, where it has none. What cannot be taken over is told.
 */
export function adoptForeign(
  document: Json,
  locate: (pointer: string) => Location | undefined,
): { adopted: Adopted[]; findings: Diagnostic[] } {
  const counts = new Map<string, number>();
  const findings: Diagnostic[] = [];
  const count = (extension: string): void => void counts.set(extension, (counts.get(extension) ?? 0) + 1);
  const leave = (extension: string, at: string, why: string): void => {
    const location = locate(pointer(at, extension));
    const message = `${extension} is not taken over: ${why}`;
    findings.push({
      severity: "warning",
      rule: "foreign-extension",
      message,
      remedy: "Say it by x-pagination or x-retry, in an overlay if need be.",
      ...(location ? { location } : {}),
    });
  };
  retryOf(document, count, (why) => leave("x-speakeasy-retries", "", why));
  for (const [path, item] of Object.entries(objectOf(document["paths"]))) {
    for (const [method, value] of Object.entries(objectOf(item))) {
      if (!METHODS.has(method) || !isObject(value)) continue;
      // The document is our own copy of what was parsed.
      const operation = value as Json;
      const at = pointer("/paths", path, method);
      nameOf(operation, count);
      retryOf(operation, count, (why) => leave("x-speakeasy-retries", at, why));
      idempotencyOf(document, operation, method, count);
      paginationOf({ document, path, method, operation, item: objectOf(item) }, count, (extension, why) =>
        leave(extension, at, why),
      );
    }
  }
  openEnums(objectOf(objectOf(document["components"])["schemas"]), count);
  return { adopted: [...counts].map(([extension, times]) => ({ extension, count: times })), findings };
}

type Count = (extension: string) => void;

function nameOf(operation: Json, count: Count): void {
  const camel = (text: string): string =>
    text.replace(/[^\p{L}\p{N}]+(.)?/gu, (_, next?: string) => next?.toUpperCase() ?? "");
  for (const extension of METHOD_NAMES) {
    const name = stringOf(operation[extension]);
    if (name === undefined || operation["x-method"] !== undefined) continue;
    const own = camel(name).replace(/^./, (first) => first.toLowerCase());
    if (checkExtension("x-method", own).length > 0) continue;
    operation["x-method"] = own;
    count(extension);
  }
  for (const extension of RESOURCES) {
    const stated = operation[extension];
    const parts = typeof stated === "string" ? stated.split(".") : arrayOf(stated).map(String);
    if (parts.length === 0 || operation["x-resource"] !== undefined) continue;
    const own = parts.map((part) => camel(part).replace(/^./, (first) => first.toLowerCase())).join(".");
    if (checkExtension("x-resource", own).length > 0) continue;
    operation["x-resource"] = own;
    count(extension);
  }
}

/** `x-speakeasy-retries` and `x-fern-retries`. */
function retryOf(owner: Json, count: Count, leave: (why: string) => void): void {
  if (owner["x-retry"] !== undefined) return;
  if (objectOf(owner["x-fern-retries"])["disabled"] === true) {
    owner["x-retry"] = false;
    count("x-fern-retries");
  }
  const stated = owner["x-speakeasy-retries"];
  if (!isObject(stated)) return;
  const { strategy, backoff, statusCodes } = stated;
  if (strategy === "none") owner["x-retry"] = false;
  else {
    const { initialInterval, maxInterval, exponent } = objectOf(backoff);
    const seconds = (value: unknown): string | undefined =>
      typeof value === "number" ? `PT${value / 1000}S` : undefined;
    const waits = { initial: seconds(initialInterval), max: seconds(maxInterval), factor: exponent };
    const retry = {
      statuses: arrayOf(statusCodes).flatMap(statusesOf),
      backoff: Object.fromEntries(Object.entries(waits).filter(([, value]) => value !== undefined)),
    };
    const [problem] = checkExtension("x-retry", retry);
    if (problem !== undefined) return leave(`${problem}.`);
    owner["x-retry"] = retry;
  }
  count("x-speakeasy-retries");
}

/** `5XX` stands for the statuses that tell of a moment's trouble, as our default has them. */
function statusesOf(code: unknown): number[] {
  const text = String(code).toUpperCase();
  if (text === "5XX") return [500, 502, 503, 504];
  if (text === "4XX") return [408, 429];
  return /^[45]\d\d$/.test(text) ? [Number(text)] : [];
}

/** `x-fern-idempotent`, with the header that the root names. */
function idempotencyOf(document: Json, operation: Json, method: string, count: Count): void {
  const [first] = arrayOf(document["x-fern-idempotency-headers"]).map(objectOf);
  const header = stringOf(first?.["header"]);
  if (operation["x-fern-idempotent"] !== true || header === undefined || method === "get") return;
  if (operation["x-idempotency"] !== undefined) return;
  operation["x-idempotency"] = { header };
  count("x-fern-idempotent");
}

interface Place {
  readonly document: Json;
  readonly path: string;
  readonly method: string;
  readonly operation: Json;
  readonly item: JsonObject;
}

function paginationOf(place: Place, count: Count, leave: (extension: string, why: string) => void): void {
  const { document, operation } = place;
  if (operation["x-pagination"] !== undefined) return;
  for (const [extension, read] of Object.entries(PAGINATION)) {
    const stated = operation[extension];
    if (stated === undefined) continue;
    const found = isObject(stated) ? read(stated) : undefined;
    // Azure's null is one page, which is no pagination.
    if (found === undefined && isObject(stated) && stated["nextLinkName"] === null) continue;
    const problem = found === undefined ? "it has no counterpart." : adopt(place, found);
    if (problem === undefined) count(extension);
    else leave(extension, problem);
    return;
  }
  const parameters = [...arrayOf(place.item["parameters"]), ...arrayOf(operation["parameters"])].map((it) =>
    resolved(document, it),
  );
  if (!parameters.some((it) => "x-stainless-pagination-property" in { ...it, ...objectOf(it["schema"]) }))
    return;
  const found = stainless(parameters, answerOf(document, operation));
  if (found !== undefined && adopt(place, found) === undefined) count("x-stainless-pagination-property");
}

/** Writes a pagination into the operation if it is well-formed and leads somewhere; else says why not. */
function adopt({ document, path, method, operation }: Place, stated: JsonObject): string | undefined {
  const pagination = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined));
  const [malformed] = checkExtension("x-pagination", pagination);
  if (malformed !== undefined) return `${malformed}.`;
  let problem: string | undefined;
  const alone = {
    ...document,
    paths: {
      [path]: {
        ...objectOf(objectOf(document["paths"])[path]),
        [method]: { ...operation, "x-pagination": pagination },
      },
    },
  };
  checkPagination(alone, (_severity, _rule, at, message) => {
    if (at === pointer("/paths", path, method, "x-pagination")) problem ??= message;
  });
  if (problem === undefined) operation["x-pagination"] = pagination;
  return problem;
}

function answerOf(document: Json, operation: Json): JsonObject {
  const [, success] =
    Object.entries(objectOf(operation["responses"])).find(([status]) => status.startsWith("2")) ?? [];
  const [media] = Object.values(objectOf(resolved(document, success)["content"]));
  const schema = resolved(document, objectOf(media)["schema"]);
  const parts = arrayOf(schema["allOf"]).map((part) => objectOf(resolved(document, part)["properties"]));
  return { ...schema, properties: Object.assign({}, ...parts, objectOf(schema["properties"])) };
}

function resolved(document: Json, value: unknown): JsonObject {
  let current = objectOf(value);
  for (let hops = 0; typeof current["$ref"] === "string" && hops < 20; hops += 1)
    current = objectOf(valueAt(document, tokensOf(current["$ref"])));
  return current;
}

/** Enums that may grow: `x-speakeasy-unknown-values: allow`, `x-ms-enum: { modelAsString }`, `x-extensible-enum`. */
function openEnums(schemas: JsonObject, count: Count): void {
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (isObject(value)) {
      const schema = value as Json; // our own copy
      const listed = schema["x-extensible-enum"];
      if (Array.isArray(listed) && schema["enum"] === undefined) schema["enum"] = [...listed];
      const extension =
        schema["x-speakeasy-unknown-values"] === "allow"
          ? "x-speakeasy-unknown-values"
          : objectOf(schema["x-ms-enum"])["modelAsString"] === true
            ? "x-ms-enum"
            : Array.isArray(listed)
              ? "x-extensible-enum"
              : undefined;
      if (extension !== undefined && Array.isArray(schema["enum"]) && schema["x-open-enum"] === undefined) {
        schema["x-open-enum"] = true;
        count(extension);
      }
    }
    for (const [key, member] of Object.entries(value))
      if (!["example", "examples", "default", "enum"].includes(key)) visit(member);
  };
  visit(schemas);
}
