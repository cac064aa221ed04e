import type { Shape } from "./contract.js";

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads a text as its shape says. What cannot be read so stays a text, for the validator to refuse: one place tells
 * what is wrong with a request.
 */
export function readScalar(shape: Shape, text: string): unknown {
  if ((shape === "number" || shape === "any") && NUMBER.test(text)) return Number(text);
  if ((shape === "boolean" || shape === "any") && (text === "true" || text === "false"))
    return text === "true";
  return text;
}

/** Reads what a form or a deep object was taken apart into: texts, lists of them, and objects of both. */
export function readValue(shape: Shape, value: unknown): unknown {
  if (typeof shape === "string") return typeof value === "string" ? readScalar(shape, value) : value;
  if ("items" in shape) return readList(shape, value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const own = Object.hasOwn(shape.members, name) ? shape.members[name] : shape.others;
    return [name, readValue(own ?? "string", member)];
  });
  return Object.fromEntries(members);
}

function readList(shape: Extract<Shape, { items: Shape }>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => readValue(shape.items, item));
  if (typeof value !== "string") return value;
  // A list of one looks like a single value.
  return shape.or === undefined ? [readValue(shape.items, value)] : readScalar(shape.or, value);
}

/** Puts `a[b][]=c` pairs together. Depth is bounded, and no key can reach a prototype. */
export function nest(pairs: Iterable<readonly [string, string]>): Record<string, unknown> {
  const root = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of pairs) {
    const [head = "", ...rest] = pathOf(key);
    insert(root, head, rest, value);
  }
  return root;
}

const MAX_DEPTH = 8;

function pathOf(key: string): string[] {
  const open = key.indexOf("[");
  if (open <= 0 || !key.endsWith("]")) return [key];
  return [key.slice(0, open), ...key.slice(open + 1, -1).split("][")].slice(0, MAX_DEPTH);
}

function insert(target: Record<string, unknown>, key: string, rest: readonly string[], value: string): void {
  const present = target[key];
  const [next, ...others] = rest;
  if (next === undefined) {
    target[key] =
      present === undefined ? value : Array.isArray(present) ? [...present, value] : [present, value];
  } else if (next === "" || /^\d+$/.test(next)) {
    const list: unknown[] = Array.isArray(present) ? present : present === undefined ? [] : [present];
    list.push(others.length === 0 ? value : single(others, value));
    target[key] = list;
  } else {
    const isObject = typeof present === "object" && present !== null && !Array.isArray(present);
    // Only insert() makes objects here, so one that is present is a record.
    const child = (isObject ? present : Object.create(null)) as Record<string, unknown>;
    target[key] = child;
    insert(child, next, others, value);
  }
}

function single([head = "", ...rest]: readonly string[], value: string): Record<string, unknown> {
  const child = Object.create(null) as Record<string, unknown>;
  insert(child, head, rest, value);
  return child;
}
