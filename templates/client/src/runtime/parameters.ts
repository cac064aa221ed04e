import { RequestError } from "./errors.js";
import type { Encode, ParameterStyle, PlainStyle } from "./codecs.js";
import type { Operation } from "./operation.js";

/** Whether a value has members, rather than being written as one text. */
export function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** One value as text; dates in ISO 8601. */
export function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A value's parts without those that are null or undefined, which RFC 6570 ignores; members come with their names. */
function partsOf(value: unknown): [string | undefined, unknown][] {
  const parts: [string | undefined, unknown][] = Array.isArray(value)
    ? value.map((item) => [undefined, item])
    : isRecord(value)
      ? Object.entries(value)
      : [[undefined, value]];
  return parts.filter(([, part]) => part !== undefined && part !== null);
}

/** The parts of a value as text; `assign` stands between a member's name and its value. */
function listOf(value: unknown, encode: Encode, assign: string): string[] {
  return partsOf(value).map(([name, part]) => {
    return (name === undefined ? "" : encode(name) + assign) + encode(textOf(part));
  });
}

/** Name and value for each part: `id=1&id=2`, or the names of the members: `R=100&G=200`. */
function pairsOf(name: string, value: unknown, encode: Encode): string[] {
  return partsOf(value).map(([member, part]) => `${encode(member ?? name)}=${encode(textOf(part))}`);
}

/** `form`, exploded: the default of the query. */
export const formStyle: PlainStyle = (name, value, encode) => pairsOf(name, value, encode).join("&");

/** `simple`: the default of path and headers. */
export const simple: PlainStyle = (_name, value, encode) => listOf(value, encode, ",").join(",");

export const simpleExploded: ParameterStyle = (_name, value, encode) => listOf(value, encode, "=").join(",");

export const label: ParameterStyle = (name, value, encode) => `.${simple(name, value, encode)}`;

export const labelExploded: ParameterStyle = (_name, value, encode) =>
  `.${listOf(value, encode, "=").join(".")}`;

export const matrix: ParameterStyle = (name, value, encode) => {
  const text = simple(name, value, encode);
  return `;${encode(name)}${text && `=${text}`}`;
};

export const matrixExploded: ParameterStyle = (name, value, encode) => {
  return pairsOf(name, value, encode)
    .map((pair) => `;${pair}`)
    .join("");
};

/** `form`, `spaceDelimited` and `pipeDelimited`, not exploded. */
function separated(name: string, value: unknown, encode: Encode, separator: string): string {
  const list = listOf(value, encode, separator);
  return list.length > 0 ? `${encode(name)}=${list.join(separator)}` : "";
}

export const commaSeparated: ParameterStyle = (name, value, encode) => separated(name, value, encode, ",");

export const spaceSeparated: ParameterStyle = (name, value, encode) => separated(name, value, encode, "%20");

export const pipeSeparated: ParameterStyle = (name, value, encode) => separated(name, value, encode, "%7C");

/** Members of any depth in brackets: `created[gte]=5`, `expand[]=a`; arrays of objects count: `items[0][price]=p`. */
export const deepObject: ParameterStyle = (name, value, encode) => {
  return leavesOf(name, value)
    .map(([key, leaf]) => `${encode(key)}=${encode(leaf === null ? "" : textOf(leaf))}`)
    .join("&");
};

function leavesOf(key: string, value: unknown): [string, unknown][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    // Without an index, a reader could not tell which members belong to one item.
    const isNested = value.some((item) => isRecord(item) || Array.isArray(item));
    return value.flatMap((item, index) => leavesOf(`${key}[${isNested ? index : ""}]`, item));
  }
  if (!isRecord(value)) return [[key, value]];
  return Object.entries(value).flatMap(([member, item]) => leavesOf(`${key}[${member}]`, item));
}

/** A parameter whose `content` is JSON. */
export const jsonValue: ParameterStyle = (name, value, encode, plain) => {
  return plain(name, JSON.stringify(value), encode);
};

/** `allowReserved` (RFC 6570, section 3.2.3), but for the three characters that would end the value in a query. */
const encodeReserved: Encode = (text) => {
  return encodeURI(text)
    .replace(/%25([0-9a-f]{2})/gi, "%$1")
    .replace(/[#&+]/g, encodeURIComponent);
};

export const reserved: ParameterStyle = (name, value) => formStyle(name, value, encodeReserved);

export const reservedCommaSeparated: ParameterStyle = (name, value) => {
  return separated(name, value, encodeReserved, ",");
};

/** Whether a text may stand in a header: no line break or other control character, and nothing beyond Latin-1. */
export function canBeHeader(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]+$/.test(text);
}

/** A text that goes into a header; the name is to be a token (RFC 9110, section 5.6.2). */
export function headerValue(name: string, text: string): string {
  if (canBeHeader(text) && /^[\w!#$%&'*+.^`|~-]+$/.test(name)) return text;
  throw refused("header", name);
}

/** Writes one parameter; a value that cannot be written is refused by the parameter's name. */
export function writeParameter(
  { styles }: Operation,
  place: "path" | "query" | "header" | "cookie",
  name: string,
  value: unknown,
): string {
  const encode = place === "header" ? String : encodeURIComponent;
  const isBare = place === "header" || place === "path";
  const style = styles?.[`${place}:${name}`];
  try {
    // Most values are one text, which all default styles write alike.
    if (!style && typeof value !== "object")
      return isBare ? encode(String(value)) : `${encode(name)}=${encode(String(value))}`;
    const plain = isBare ? simple : formStyle;
    return (style ?? plain)(name, value, encode, plain);
  } catch {
    throw refused(place, name);
  }
}

/** The parameters of one place that have a value, written. */
export function writeAll(
  operation: Operation,
  place: "query" | "header" | "cookie",
  values: object = {},
): [name: string, text: string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] => {
    const text = value === undefined || value === null ? "" : writeParameter(operation, place, name, value);
    return text ? [[name, text]] : [];
  });
}

/** Fills in a path template. Each value stays within its segment. */
export function writePath(operation: Operation, valueOf: (name: string) => unknown): string {
  let path = "";
  let dots: string | undefined;
  operation.path.split(/\{([^{}]+)\}/).forEach((part, index) => {
    // Names stand between the literal parts.
    const isName = index % 2 === 1;
    const text = isName ? writeParameter(operation, "path", part, valueOf(part) ?? "") : part;
    if (isName && (!text || text.includes("%00"))) throw refused("path", part);
    if (isName && /^(\.|%(25)?2e)+$/i.test(text)) dots = part;
    path += text;
  });
  // Servers and URL parsers read these segments as "here" and "one up", some also when encoded.
  if (dots && /(^|\/)(\.|%(25)?2e){1,2}(\/|$)/i.test(path)) throw refused("path", dots);
  return path;
}

/** Says which value is at fault, never the value itself. */
function refused(place: string, name: string): RequestError {
  return new RequestError(`the ${place} parameter "${name}" is missing or has a value that cannot be sent`);
}
