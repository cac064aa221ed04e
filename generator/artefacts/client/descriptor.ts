import type { Content, Operation, Parameter } from "../../model/api-model.js";
import { essenceOf } from "../../base/media-type.js";
import { parametersIn } from "../../model/call-shape.js";
import type { Schemas } from "../../model/resolve.js";
import type { CachePolicy, PaginationPolicy } from "../../model/policies.js";
import { impliedCodes, mayBeEmpty } from "../../model/outcomes.js";
import { dataLiteral, stringLiteral } from "../../kit/typescript/literals.js";
import { code, objectCode, valueFrom, type Code } from "../../kit/typescript/code.js";
import type { BodyForm } from "./body-forms.js";

/** The constant that tells the runtime about an operation: only what departs from the defaults. */
export function descriptorOf(operation: Operation, results: readonly BodyForm[], schemas: Schemas): Code {
  const { policies } = operation;
  const defaults = operation.parameters.filter(({ clientDefault }) => clientDefault !== undefined);
  const query = parametersIn(operation, "query");
  const implied = impliedCodes(operation, schemas);
  const accept = results.flatMap(({ mediaTypes }) => mediaTypes);
  return objectCode([
    ["id", stringLiteral(operation.id)],
    ["method", stringLiteral(operation.method)],
    ["path", stringLiteral(operation.path)],
    ["server", operation.server === undefined ? undefined : stringLiteral(operation.server)],
    ["defaults", defaults.length === 0 ? undefined : dataLiteral(defaults.map(({ name }) => name))],
    ["security", securityText(operation)],
    ["query", query.length === 0 ? undefined : dataLiteral(query.map(({ name }) => name))],
    ["styles", stylesText(operation.parameters)],
    ["body", bodyText(operation.body?.contents ?? [])],
    ["accept", accept.length === 0 || isJsonOnly(accept) ? undefined : dataLiteral(accept)],
    ["mayBeEmpty", mayBeEmpty(operation) ? "true" : undefined],
    ["decode", decodeText(results)],
    ["impliedCodes", implied.length === 0 ? undefined : dataLiteral(Object.fromEntries(implied))],
    ["idempotencyHeader", policies.idempotency ? stringLiteral(policies.idempotency.header) : undefined],
    ["pagination", policies.pagination ? paginationText(policies.pagination, operation) : undefined],
    ["cache", policies.cache ? cacheText(policies.cache) : undefined],
    ["retry", policies.retry === undefined ? undefined : dataLiteral(policies.retry)],
    ["cost", policies.cost === 1 ? undefined : String(policies.cost)],
    ["windows", policies.windows.length === 0 ? undefined : dataLiteral(policies.windows)],
  ]);
}

function cacheText({ freshMs, etag }: CachePolicy): Code {
  return objectCode([
    ["layer", valueFrom("./runtime/cache.js", "cacheLayer")],
    ["freshMs", String(freshMs)],
    ["etag", String(etag)],
  ]);
}

/** How a list goes on, with what the parameter itself says: where it stands, and where it begins. */
function paginationText(
  { limitParameter: _limitParameter, ...rest }: PaginationPolicy,
  { method, body, parameters }: Operation,
): string {
  const own = parameters.find(({ in: place, name }) => place === "query" && name === rest.parameter);
  const isInBody = !own && rest.parameter !== undefined && body !== undefined && method !== "GET";
  const stated = typeof own?.schema === "object" ? own.schema.default : undefined;
  const start = rest.style === "page" && stated === 0 ? { start: 0 } : {};
  return dataLiteral({ ...(isInBody && { in: "body" }), ...start, ...rest });
}

function isJsonOnly(accept: readonly string[]): boolean {
  return accept.every((mediaType) => mediaType === "application/json");
}

function securityText(operation: Operation): string | undefined {
  const alternatives = operation.security.map((alternative) => alternative.map(({ scheme }) => scheme));
  return alternatives.length === 0 ? undefined : dataLiteral(alternatives);
}

/** The serialisers of parameters that depart from OpenAPI's defaults, keyed by place and name. */
function stylesText(parameters: readonly Parameter[]): Code | undefined {
  const styles = parameters.flatMap((parameter): [string, Code][] => {
    const name = styleName(parameter);
    return name === undefined
      ? []
      : [[`${parameter.in}:${parameter.name}`, valueFrom("./runtime/parameters.js", name)]];
  });
  return styles.length === 0 ? undefined : objectCode(styles);
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

function bodyText(contents: readonly Content[]): Code | undefined {
  if (contents.length === 0) return undefined;
  return objectCode(contents.map((content) => [content.mediaType, encoderText(content)]));
}

/** Tells bundlers that a call which nobody uses the result of can be left out. */
const PURE = "/* @__PURE__ */ ";

function encoderText(content: Content): Code {
  const encoding = Object.keys(content.encoding).length === 0 ? "" : dataLiteral(content.encoding);
  switch (content.kind) {
    case "form":
      return code`${PURE}${encoder("form")}(${encoding})`;
    case "multipart":
      return code`${PURE}${encoder("multipart")}(${encoding})`;
    case "json":
      return encoder("json");
    case "text":
      return encoder("text");
    case "lines":
      return encoder("jsonLines");
    case "binary":
    case "events":
      return encoder("binary");
  }
}

function encoder(name: string): Code {
  return valueFrom("./runtime/body.js", name);
}

/** How answers other than JSON are read. */
function decodeText(results: readonly BodyForm[]): Code | undefined {
  const entries = results.flatMap(({ kind, item, mediaTypes }): [string, Code][] => {
    if (kind === "lines" || kind === "events") {
      const name = kind === "lines" ? "readJsonLines" : item === undefined ? "events" : STREAMS[item];
      return mediaTypes.map((mediaType) => [essenceOf(mediaType), valueFrom("./runtime/streams.js", name)]);
    }
    if (kind !== "binary" && kind !== "text") return [];
    const { name, local } = DECODERS[kind];
    return mediaTypes.map((mediaType) => [
      essenceOf(mediaType),
      valueFrom("./runtime/decode.js", name, local),
    ]);
  });
  return entries.length === 0 ? undefined : objectCode(entries);
}

/** The decoders of server-sent events whose items are not the JSON of their data. */
const STREAMS = { event: "wholeEvents", textEvent: "wholeTextEvents", text: "textEvents" } as const;

/** The runtime's decoders; the one for text has a namesake among the encoders. */
const DECODERS = {
  binary: { name: "blob", local: "blob" },
  text: { name: "text", local: "decodeText" },
} as const;
