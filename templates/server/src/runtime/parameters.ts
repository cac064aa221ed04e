import type { ParameterContract, Shape } from "./contract.js";
import type { InvalidField } from "./failure.js";
import { escapeToken } from "./pointer.js";
import { nest, readScalar, readValue } from "./shapes.js";

/** The parameters of a request, decoded but not yet validated. */
export interface Parameters {
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly header: Record<string, unknown>;
  readonly cookie: Record<string, unknown>;
}

/** What is prepared once for each operation. */
export interface ParameterPlan {
  readonly parameters: readonly ParameterContract[];
  readonly query: ReadonlyMap<string, ParameterContract>;
  /** Whether names that no parameter has may belong to one: members of an exploded object. */
  readonly isOpen: boolean;
}

type Pair = readonly [name: string, raw: string];

const SEPARATORS = { spaceDelimited: /%20|\+| /, pipeDelimited: /%7C|\|/i } as const;

export function planParameters(parameters: readonly ParameterContract[]): ParameterPlan {
  const query = new Map<string, ParameterContract>();
  let isOpen = false;
  for (const parameter of parameters) {
    if (parameter.in !== "query") continue;
    query.set(parameter.name, parameter);
    const { shape } = parameter;
    if (typeof shape === "string" || "items" in shape || !isExploded(parameter)) continue;
    for (const name of Object.keys(shape.members)) if (!query.has(name)) query.set(name, parameter);
    isOpen ||= shape.others !== undefined;
  }
  return { parameters, query, isOpen };
}

/** Decodes parameters by the style of each. What is wrong with their encoding is added to `errors`. */
export function readParameters(
  plan: ParameterPlan,
  params: Readonly<Record<string, string>>,
  search: string,
  headers: Headers,
  errors: InvalidField[],
): Parameters {
  const result: Parameters = { path: {}, query: {}, header: {}, cookie: {} };
  const pairs = search === "" ? undefined : queryPairs(plan, search, errors);
  for (const parameter of plan.parameters) {
    const value = valueOf(parameter, params, pairs, headers, errors);
    if (value !== undefined) result[parameter.in][parameter.name] = value;
    else if (parameter.default !== undefined) result[parameter.in][parameter.name] = ownDefault(parameter);
  }
  return result;
}

/** A list or an object is copied, so that no handler can change it for others. */
function ownDefault({ default: value }: ParameterContract): unknown {
  return typeof value === "object" ? structuredClone(value) : value;
}

function valueOf(
  parameter: ParameterContract,
  params: Readonly<Record<string, string>>,
  pairs: ReadonlyMap<ParameterContract, Pair[]> | undefined,
  headers: Headers,
  errors: InvalidField[],
): unknown {
  const { name, shape } = parameter;
  try {
    switch (parameter.in) {
      case "path":
        return parameter.isJson ? JSON.parse(params[name] ?? "") : pathValue(parameter, params[name] ?? "");
      case "query":
        return queryValue(parameter, pairs?.get(parameter));
      case "header":
      case "cookie": {
        const text = parameter.in === "header" ? headers.get(name) : cookie(headers.get("cookie"), name);
        if (text === null) return undefined;
        if (parameter.isJson) return JSON.parse(text);
        return typeof shape === "string" ? readScalar(shape, text) : listed(parameter, text.split(/,\s*/));
      }
    }
  } catch {
    errors.push({ pointer: `/${parameter.in}/${name}`, code: "format", message: "Cannot be decoded." });
    return undefined;
  }
}

/** The pairs of the query, by the parameter that they belong to; values are still percent-encoded. */
function queryPairs(
  plan: ParameterPlan,
  search: string,
  errors: InvalidField[],
): Map<ParameterContract, Pair[]> {
  const pairs = new Map<ParameterContract, Pair[]>();
  for (const part of search.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decodeName(equals < 0 ? part : part.slice(0, equals));
    const parameter = parameterOf(plan, name);
    if (!parameter) {
      if (!plan.isOpen)
        errors.push({ pointer: `/query/${escapeToken(name)}`, code: "unknown", message: "Is not known." });
      continue;
    }
    const pair: Pair = [name, equals < 0 ? "" : part.slice(equals + 1)];
    const known = pairs.get(parameter);
    if (known) known.push(pair);
    else pairs.set(parameter, [pair]);
  }
  return pairs;
}

function parameterOf(
  { query, parameters, isOpen }: ParameterPlan,
  name: string,
): ParameterContract | undefined {
  const own = query.get(name);
  if (own) return own;
  const bracket = name.indexOf("[");
  const base = bracket > 0 ? query.get(name.slice(0, bracket)) : undefined;
  if (base?.style === "deepObject") return base;
  return isOpen ? parameters.find((it) => it.in === "query" && hasOpenMembers(it)) : undefined;
}

function hasOpenMembers({ shape, ...parameter }: ParameterContract): boolean {
  return (
    typeof shape !== "string" && "members" in shape && shape.others !== undefined && isExploded(parameter)
  );
}

function isExploded({ style, explode }: Pick<ParameterContract, "style" | "explode">): boolean {
  return style === "form" && explode;
}

function queryValue(parameter: ParameterContract, pairs: readonly Pair[] = []): unknown {
  const [first] = pairs;
  if (first === undefined) return undefined;
  const { shape, style, explode, name } = parameter;
  if (parameter.isJson) return JSON.parse(decodePart(first[1]));
  if (style === "deepObject") {
    return readValue(shape, nest(pairs.map(([key, raw]) => [key, decodePart(raw)] as const))[name]);
  }
  if (typeof shape === "string") {
    const values = pairs.map(([, raw]) => readScalar(shape, decodePart(raw)));
    // A value given twice is left as a list, which is no scalar: the validator refuses it.
    return values.length === 1 ? values[0] : values;
  }
  if ("members" in shape && isExploded(parameter)) {
    return readValue(shape, nest(pairs.map(([key, raw]) => [key, decodePart(raw)] as const)));
  }
  if (explode && pairs.length > 1)
    return listed(
      parameter,
      pairs.map(([, raw]) => decodePart(raw)),
    );
  if (pairs.length > 1) return pairs.map(([, raw]) => decodePart(raw));
  if (explode && "items" in shape) return readValue(shape, decodePart(first[1]));
  const separator = style === "spaceDelimited" || style === "pipeDelimited" ? SEPARATORS[style] : ",";
  return listed(parameter, first[1].split(separator).map(decodePart));
}

function pathValue(parameter: ParameterContract, text: string): unknown {
  const { shape, style, name, explode } = parameter;
  const prefix = style === "label" ? "." : style === "matrix" ? `;${name}=` : "";
  if (prefix !== "" && !text.startsWith(prefix) && !(style === "matrix" && explode)) return text;
  const bare = text.slice(style === "matrix" && !text.startsWith(prefix) ? 1 : prefix.length);
  if (typeof shape === "string") return readScalar(shape, bare);
  const separator = !explode || style === "simple" ? "," : style === "label" ? "." : ";";
  const parts = bare.split(separator);
  const isNamed = style === "matrix" && explode && "items" in shape;
  return listed(parameter, isNamed ? parts.map((part) => part.replace(`${name}=`, "")) : parts);
}

/** A list, or an object as a list: of `key=value` when exploded, else of keys and values in turn. */
function listed({ shape, explode }: ParameterContract, parts: readonly string[]): unknown {
  if (typeof shape === "string" || "items" in shape) {
    return readValue(shape, parts.length === 1 && hasScalar(shape) ? parts[0] : [...parts]);
  }
  const pairs: [string, string][] = [];
  if (explode) {
    for (const part of parts) pairs.push([part.split("=")[0] ?? "", part.slice(part.indexOf("=") + 1)]);
  } else {
    for (let index = 0; index < parts.length; index += 2)
      pairs.push([parts[index] ?? "", parts[index + 1] ?? ""]);
  }
  return readValue(shape, Object.fromEntries(pairs));
}

function hasScalar(shape: Shape): boolean {
  return typeof shape !== "string" && "items" in shape && shape.or !== undefined;
}

/** @throws URIError for an encoding that is none. */
function decodePart(raw: string): string {
  const spaced = raw.includes("+") ? raw.replaceAll("+", " ") : raw;
  return spaced.includes("%") ? decodeURIComponent(spaced) : spaced;
}

function decodeName(raw: string): string {
  try {
    return decodePart(raw);
  } catch {
    return raw;
  }
}

function cookie(header: string | null, name: string): string | null {
  for (const part of header?.split(/;\s*/) ?? []) {
    if (part.startsWith(`${name}=`)) return decodeURIComponent(part.slice(name.length + 1));
  }
  return null;
}
