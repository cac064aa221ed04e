import { Code, code, joined } from "./code.js";

/** A type in TypeScript, and how tightly it binds. */
export interface Type {
  readonly code: Code;
  readonly form: "union" | "intersection" | "primary";
  /** The members of a union. */
  readonly members?: readonly Type[];
}

export function primary(text: string | Code): Type {
  return { code: typeof text === "string" ? new Code(text) : text, form: "primary" };
}

export const UNKNOWN: Type = primary("unknown");
export const NEVER: Type = primary("never");
export const NULL: Type = primary("null");

/**
 * A union without repetitions.
 *
 * @param isOpen - whether it holds texts to choose from, which an editor goes on suggesting if `string` is one of the
 * members (microsoft/TypeScript#29729).
 */
export function union(types: readonly Type[], isOpen = false): Type {
  const flat = types.flatMap((type) => type.members ?? [type]);
  const distinct = [...new Map(flat.map((type) => [type.code.text, type])).values()];
  if (distinct.some(({ code: it }) => it.text === "unknown")) return UNKNOWN;
  const members = distinct
    .filter(({ code: it }) => it.text !== "never")
    .map((type) => (isOpen && isPlainValue(type) && distinct.length > 1 ? open(type, distinct) : type));
  const [first, ...others] = members;
  if (!first) return NEVER;
  if (others.length === 0) return first;
  return { code: joined(members.map((member) => grouped(member, "union")), " | "), form: "union", members };
}

function isPlainValue({ code: it }: Type): boolean {
  return it.text === "string" || it.text === "number";
}

function open(type: Type, all: readonly Type[]): Type {
  const isNumber = type.code.text === "number";
  const hasLiteral = all.some(({ code: it }) => (isNumber ? /^-?\d/ : /^["A-Z]/).test(it.text));
  return hasLiteral ? primary(code`(${type.code} & {})`) : type;
}

export function intersection(types: readonly Type[]): Type {
  const distinct = [...new Map(types.map((type) => [type.code.text, type])).values()];
  const members = distinct.filter(({ code: it }) => it.text !== "unknown");
  const [first, ...others] = members;
  if (!first) return UNKNOWN;
  if (others.length === 0) return first;
  return { code: joined(members.map((member) => grouped(member, "intersection")), " & "), form: "intersection" };
}

/** A type as it stands within another: in brackets where it binds less tightly. */
export function grouped({ code: it, form }: Type, within: Type["form"] = "primary"): Code {
  const isLoose = form === "union" ? within !== "union" : form === "intersection" && within === "primary";
  return isLoose ? code`(${it})` : it;
}
