import { own } from "./objects.js";

/** The members in which servers say in words what went wrong, the most telling first; spelled without `_`. */
const WORDS = [
  "detail",
  "message",
  "errordescription",
  "errormessage",
  "usermessage",
  "description",
  "defaultmessage",
  "msg",
  "reason",
  "faultstring",
  "title",
  "error",
  "fault",
];

/** The members that list what is wrong in particular. */
const LISTS = [
  "errors",
  "fields",
  "fielderrors",
  "fieldviolations",
  "violations",
  "issues",
  "invalidparams",
  "errormessages",
  "details",
];

/** The members that say which part of a request is at fault. */
const PLACES = [
  "loc",
  "field",
  "path",
  "pointer",
  "parameter",
  "param",
  "property",
  "propertypath",
  "source",
];

/** A message names no more of a list. */
const MOST_ITEMS = 3;

/**
 * What a server says of a failure, in the words of its body: RFC 9457, `{ error }`, `{ errors: [] }`, JSON:API, GraphQL,
 * and what FastAPI, NestJS, Spring, Django, Laravel, AWS, Google and OAuth servers send. Empty: it says nothing.
 */
export function reasonIn(body: unknown, code?: string): string {
  return listed(textsOf(body, 0).filter((text) => text !== code));
}

/** The code that a server gives, unaltered; a number, or a sentence, is no code. */
export function codeIn(body: unknown): string | undefined {
  if (typeof body === "string") return /<code>([\w.-]{1,64})<\/code>/i.exec(body)?.[1];
  const error = own(body, "error");
  const first = Array.isArray(body) ? body[0] : (at(own(body, "errors")) ?? body);
  const candidates = [
    own(body, "code"),
    own(error, "code"),
    error,
    own(error, "status"),
    own(error, "type"),
    own(first, "code"),
    own(own(first, "extensions"), "code"),
    own(first, "errorCode"),
    own(first, "error_code"),
    String(own(body, "__type") ?? "").replace(/.*#/, ""),
  ];
  return candidates.find(
    (value): value is string => typeof value === "string" && /^[\w.:/-]{1,64}$/.test(value),
  );
}

function at(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

function listed(texts: readonly string[]): string {
  const rest = texts.length - MOST_ITEMS;
  return texts.slice(0, MOST_ITEMS).join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

/** The sentence first, then what is listed, each with the part that it is about. */
function textsOf(value: unknown, depth: number): string[] {
  if (typeof value === "string") return value.trim() ? [value.trim()] : [];
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, depth + 1));
  if (!(value instanceof Object) || depth > 6) return [];
  const members = new Map(
    Object.entries(value).map(([name, item]) => [name.toLowerCase().replace(/[_-]/g, ""), item]),
  );
  const first = (names: readonly string[], read: (item: unknown) => string[]): string[] =>
    names.map((name) => read(members.get(name))).find((texts) => texts.length > 0) ?? [];
  const words = first(WORDS, (item) => textsOf(item, depth + 1));
  const items = first(LISTS, (item) => textsOf(item, depth + 1));
  const place = depth > 0 ? placeOf(first(PLACES, (item) => stepsOf(item))) : "";
  const texts =
    words.length === 1 && items.length > 0 ? [`${words[0]} (${listed(items)})`] : [...words, ...items];
  // Without a word of it, the members are those of the request: Django's and Laravel's way.
  if (texts.length === 0)
    return Object.entries(value).flatMap(([name, item]) => fieldTexts(name, item, depth));
  return place && texts[0] !== undefined ? [`${place}: ${texts[0]}`, ...texts.slice(1)] : texts;
}

function fieldTexts(name: string, item: unknown, depth: number): string[] {
  const isText = Array.isArray(item) || (depth > 0 && typeof item === "string");
  return isText ? textsOf(item, depth + 1).map((text) => `${name}: ${text}`) : [];
}

function stepsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (value instanceof Object) return stepsOf(Object.values(value)[0]);
  return typeof value === "string" && value ? [value] : [];
}

/** `body.name` for `["body", "name"]` as for `/body/name`. */
function placeOf(steps: readonly string[]): string {
  return steps
    .join(".")
    .replace(/^[#/]+/, "")
    .replaceAll("/", ".");
}
