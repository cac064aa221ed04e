import type { ApiModel, Content, Operation, Parameter, SecurityScheme } from "../../model/api-model.js";
import { parametersIn } from "../../model/call-shape.js";
import { Bytes, type SampleValues } from "./sample-values.js";

/** One request, as every language writes it. */
export interface SampleRequest {
  readonly method: string;
  /** With its values, encoded. */
  readonly path: string;
  readonly server: string | undefined;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly scheme: SecurityScheme | undefined;
  readonly content?: Content;
  readonly body?: unknown;
}

/** The pages of a list that a sample asks for are small, so that what comes back can be read. */
const PAGE_SIZE = 2;

export function sampleRequest(model: ApiModel, operation: Operation, values: SampleValues): SampleRequest {
  const content = operation.body?.contents[0];
  const needed = (place: "query" | "header"): Parameter[] =>
    parametersIn(operation, place).filter(
      ({ required, clientDefault }) => required && clientDefault === undefined,
    );
  const query = needed("query").flatMap((it) => queryPairs(it, values.ofParameter(it)));
  const limit = operation.policies.pagination?.limitParameter;
  if (limit !== undefined && !query.some(([name]) => name === limit)) query.push([limit, String(PAGE_SIZE)]);
  const idempotency = operation.policies.idempotency?.header;
  const headers: [string, string][] = needed("header").map((it) => [it.name, String(values.ofParameter(it))]);
  if (
    idempotency !== undefined &&
    !headers.some(([name]) => name.toLowerCase() === idempotency.toLowerCase())
  )
    headers.push([idempotency, `${operation.id}-1`]);
  return {
    method: operation.method,
    path: pathOf(operation, values),
    server: operation.server,
    query,
    headers,
    scheme: schemeOf(model, operation),
    ...(content ? { content, body: values.ofContent(content) } : {}),
  };
}

function pathOf(operation: Operation, values: SampleValues): string {
  return operation.path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find((it) => it.in === "path" && it.name === name);
    const value = parameter ? values.ofParameter(parameter) : name;
    const text = Array.isArray(value) ? value.map(String).join(",") : String(value);
    return encodeURIComponent(text);
  });
}

function queryPairs(parameter: Parameter, value: unknown): [string, string][] {
  const { name, style, explode } = parameter;
  if (parameter.mediaType !== undefined) return [[name, JSON.stringify(value)]];
  if (Array.isArray(value)) {
    if (explode && style === "form") return value.map((item) => [name, String(item)]);
    const separator = { spaceDelimited: " ", pipeDelimited: "|" }[String(style)] ?? ",";
    return [[name, value.map(String).join(separator)]];
  }
  if (typeof value !== "object" || value === null) return [[name, String(value)]];
  const entries = Object.entries(value);
  if (style === "deepObject") return entries.map(([key, item]) => [`${name}[${key}]`, String(item)]);
  return explode
    ? entries.map(([key, item]) => [key, String(item)])
    : [[name, entries.flatMap(([key, item]) => [key, String(item)]).join(",")]];
}

/** A form body as pairs; members of members are written in brackets, as most servers read them. */
export function formPairs(value: unknown, name = ""): [string, string | Bytes][] {
  if (value instanceof Bytes) return [[name, value]];
  if (Array.isArray(value)) return value.flatMap((item, index) => formPairs(item, `${name}[${index}]`));
  if (typeof value !== "object" || value === null)
    return name === "" ? [] : [[name, value === null ? "" : String(value)]];
  return Object.entries(value).flatMap(([key, item]) =>
    formPairs(item, name === "" ? key : `${name}[${key}]`),
  );
}

/** The scheme of the first way to be allowed that takes a single credential; none for public operations. */
function schemeOf(model: ApiModel, { security }: Operation): SecurityScheme | undefined {
  if (security.some((alternative) => alternative.length === 0)) return undefined;
  const first = security.find((alternative) => alternative.length === 1) ?? security[0];
  return model.securitySchemes.find(({ name }) => name === first?.[0]?.scheme);
}
