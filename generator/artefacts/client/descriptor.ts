import type { Content, Operation, Parameter } from "../../model/api-model.js";
import { essenceOf } from "../../base/media-type.js";
import type { CachePolicy } from "../../model/policies.js";
import type { Schema } from "../../model/schema.js";
import { impliedCodes, mayBeEmpty } from "../../model/outcomes.js";
import { dataLiteral, objectLiteral, stringLiteral } from "../../kit/typescript/literals.js";
import type { Signature } from "./signature.js";

/** Notes a value of a runtime module, and returns the name that it has in the operations file. */
export type UseRuntimeValue = (module: string, name: string, local?: string) => string;

/** The constant that tells the runtime about an operation: only what departs from the defaults, in source text. */
export function descriptorText(
  operation: Operation,
  signature: Signature,
  schemas: ReadonlyMap<string, Schema>,
  use: UseRuntimeValue,
): string {
  const { policies } = operation;
  const defaults = operation.parameters.filter(({ clientDefault }) => clientDefault !== undefined);
  const implied = impliedCodes(operation, schemas);
  const accept = signature.results.flatMap(({ mediaTypes }) => mediaTypes);
  return objectLiteral([
    ["id", stringLiteral(operation.id)],
    ["method", stringLiteral(operation.method)],
    ["path", stringLiteral(operation.path)],
    ["server", operation.server === undefined ? undefined : stringLiteral(operation.server)],
    ["defaults", defaults.length === 0 ? undefined : dataLiteral(defaults.map(({ name }) => name))],
    ["security", securityText(operation)],
    ["styles", stylesText(operation.parameters, use)],
    ["body", bodyText(operation.body?.contents ?? [], use)],
    ["accept", accept.length === 0 || isJsonOnly(accept) ? undefined : dataLiteral(accept)],
    ["mayBeEmpty", mayBeEmpty(operation) ? "true" : undefined],
    ["decode", decodeText(signature, use)],
    ["impliedCodes", implied.length === 0 ? undefined : dataLiteral(Object.fromEntries(implied))],
    ["idempotencyHeader", policies.idempotency ? stringLiteral(policies.idempotency.header) : undefined],
    ["pagination", policies.pagination ? dataLiteral(withoutLimit(policies.pagination)) : undefined],
    ["cache", policies.cache ? cacheText(policies.cache, use) : undefined],
    ["retry", policies.retry === undefined ? undefined : dataLiteral(policies.retry)],
    ["cost", policies.cost === 1 ? undefined : String(policies.cost)],
    ["windows", policies.windows.length === 0 ? undefined : dataLiteral(policies.windows)],
  ]);
}

function cacheText({ freshMs, etag }: CachePolicy, use: UseRuntimeValue): string {
  return objectLiteral([
    ["layer", use("cache", "cacheLayer")],
    ["freshMs", String(freshMs)],
    ["etag", String(etag)],
  ]);
}

function withoutLimit<T extends { limitParameter?: string }>(pagination: T): Omit<T, "limitParameter"> {
  const { limitParameter: _limitParameter, ...rest } = pagination;
  return rest;
}

function isJsonOnly(accept: readonly string[]): boolean {
  return accept.every((mediaType) => mediaType === "application/json");
}

function securityText(operation: Operation): string | undefined {
  const alternatives = operation.security.map((alternative) => alternative.map(({ scheme }) => scheme));
  return alternatives.length === 0 ? undefined : dataLiteral(alternatives);
}

/** The serialisers of parameters that depart from OpenAPI's defaults, keyed by place and name. */
function stylesText(parameters: readonly Parameter[], use: UseRuntimeValue): string | undefined {
  const styles = parameters.flatMap((parameter): [string, string][] => {
    const name = styleName(parameter);
    return name === undefined ? [] : [[`${parameter.in}:${parameter.name}`, use("parameters", name)]];
  });
  return styles.length === 0 ? undefined : objectLiteral(styles);
}

/** The name under which the runtime exports a style; none for the defaults, `simple` and exploded `form`. */
function styleName({ in: place, style, explode, allowReserved, mediaType }: Parameter): string | undefined {
  if (mediaType !== undefined) return "jsonValue";
  if (place === "query" && allowReserved && style === "form")
    return explode ? "reserved" : "reservedCommaSeparated";
  switch (style) {
    case "form":
      return explode ? undefined : "commaSeparated";
    case "spaceDelimited":
      return explode ? undefined : "spaceSeparated";
    case "pipeDelimited":
      return explode ? undefined : "pipeSeparated";
    case "deepObject":
      return "deepObject";
    case "label":
      return explode ? "labelExploded" : "label";
    case "matrix":
      return explode ? "matrixExploded" : "matrix";
    case "simple":
      return explode ? "simpleExploded" : undefined;
  }
}

function bodyText(contents: readonly Content[], use: UseRuntimeValue): string | undefined {
  if (contents.length === 0) return undefined;
  return objectLiteral(contents.map((content) => [content.mediaType, encoderText(content, use)]));
}

/** Tells bundlers that a call which nobody uses the result of can be left out. */
const PURE = "/* @__PURE__ */ ";

function encoderText(content: Content, use: UseRuntimeValue): string {
  const encoding = Object.keys(content.encoding).length === 0 ? "" : dataLiteral(content.encoding);
  switch (content.kind) {
    case "form":
      return `${PURE}${use("body", "form")}(${encoding})`;
    case "multipart":
      return `${PURE}${use("body", "multipart")}(${encoding})`;
    case "json":
      return use("body", "json");
    case "text":
      return use("body", "text");
    case "lines":
      return use("body", "jsonLines");
    case "binary":
    case "events":
      return use("body", "binary");
  }
}

/** How answers other than JSON are read. */
function decodeText(signature: Signature, use: UseRuntimeValue): string | undefined {
  const entries = signature.results.flatMap(({ kind, item, mediaTypes }): [string, string][] => {
    if (kind === "lines" || (kind === "events" && item !== undefined)) {
      const name = kind === "lines" ? "readJsonLines" : STREAMS[item ?? "event"];
      return mediaTypes.map((mediaType) => [essenceOf(mediaType), use("streams", name)]);
    }
    if (kind !== "binary" && kind !== "text" && kind !== "events") return [];
    const { name, local } = DECODERS[kind];
    return mediaTypes.map((mediaType) => [essenceOf(mediaType), use("decode", name, local)]);
  });
  return entries.length === 0 ? undefined : objectLiteral(entries);
}

/** The decoders of server-sent events whose items are not the JSON of their data. */
const STREAMS = { event: "wholeEvents", textEvent: "wholeTextEvents", text: "textEvents" } as const;

/** The runtime's decoders; the one for text has a namesake among the encoders. */
const DECODERS = {
  binary: { name: "blob", local: "blob" },
  text: { name: "text", local: "decodeText" },
  events: { name: "events", local: "events" },
} as const;
