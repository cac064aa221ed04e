import type { ModelContext } from "./context.js";
import { discriminatorOf } from "./discriminator.js";
import { arrayOf, objectOf, pointer, tokensOf, valueAt, type JsonObject } from "../base/json.js";
import type { NamedSchema } from "./api-model.js";
import { isSchema, mapSubschemas, referenceTo } from "./schema-walk.js";
import type { Schema, SchemaObject, SchemaType } from "./schema.js";

/** Keywords that say nothing about the shape of a value, or that have a better form in the model. */
const DROPPED = new Set(["example", "nullable", "$id", "$schema", "$comment"]);
const DEFINITIONS = new Set(["$defs", "definitions", "$anchor"]);
const TYPES: readonly string[] = ["string", "number", "integer", "boolean", "object", "array", "null"];
/** Keywords that may stand beside a reference without changing what it describes. */
const ANNOTATIONS = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "summary",
]);

/** Reads schemas of either dialect into the model's own, and gathers those that have a name. */
export class SchemaReader {
  readonly #context: ModelContext;
  /** Names by the pointer of the schema that they stand for. */
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #declared: { name: string; schema: Schema }[] = [];
  /** Those that only references gave a name to. */
  readonly #found: { name: string; schema: Schema }[] = [];

  constructor(context: ModelContext) {
    this.#context = context;
    const schemas = objectOf(objectOf(context.document["components"])["schemas"]);
    for (const name of Object.keys(schemas)) this.#register(pointer("/components/schemas", name), name);
    for (const [name, schema] of Object.entries(schemas)) {
      this.#declared.push({ name, schema: this.read(schema, pointer("/components/schemas", name)) });
    }
  }

  /** All named schemas, those that only references gave a name to at the end. */
  get named(): readonly Pick<NamedSchema, "name" | "schema">[] {
    return [...this.#declared, ...this.#found];
  }

  /** Reads the schema that stands at a pointer. Anything that is no schema allows everything. */
  read(value: unknown, at: string): Schema {
    if (!isSchema(value) || typeof value === "boolean") return value !== false;
    const reference = value["$ref"] ?? value["$dynamicRef"];
    if (typeof reference === "string") return this.#readReference(value, reference, at);
    const clean = this.#clean(value, at);
    const schema = mapSubschemas(clean, (inner, path) => this.read(inner, pointer(at, ...path)));
    return nullable(value, schema);
  }

  #readReference(value: SchemaObject, reference: string, at: string): Schema {
    const target = this.#nameFor(reference);
    if (target === undefined) {
      const remedy = "Refer to a schema under #/components/schemas.";
      this.#context.warn(
        "no-unread-ref",
        at,
        `The reference ${reference} names no schema; anything is allowed here.`,
        remedy,
      );
      return true;
    }
    const $ref = referenceTo(target);
    const beside = Object.entries(value).filter(
      ([key]) => !["$ref", "$dynamicRef", "nullable"].includes(key),
    );
    const annotations = beside.filter(([key]) => ANNOTATIONS.has(key) || key.startsWith("x-"));
    const constraints = beside.filter(([key]) => !ANNOTATIONS.has(key) && !key.startsWith("x-"));
    const plain: SchemaObject = { ...Object.fromEntries(annotations), $ref };
    // OpenAPI 3.0 ignores what stands beside a reference; JSON Schema 2020-12 applies it as well.
    if (this.#context.dialect === "3.0" || constraints.length === 0) return nullable(value, plain);
    const besides = this.read(Object.fromEntries(constraints), at);
    return nullable(value, { ...Object.fromEntries(annotations), allOf: [{ $ref }, besides] });
  }

  /** The name of the schema that a reference points to; a new one where it has none yet. */
  #nameFor(reference: string): string | undefined {
    const tokens = tokensOf(reference);
    const at = pointer("", ...tokens);
    const known = this.#names.get(at);
    if (known !== undefined) return known;
    const target = reference.startsWith("#") ? valueAt(this.#context.document, tokens) : undefined;
    if (!isSchema(target)) return undefined;
    const name = this.#register(at, nameFromTokens(tokens));
    const entry = { name, schema: true as Schema };
    this.#found.push(entry); // before reading, since the schema may refer to itself
    entry.schema = this.read(target, at);
    return name;
  }

  #register(at: string, wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${wanted}${count}`;
    this.#taken.add(name);
    this.#names.set(at, name);
    return name;
  }

  /** The same schema with each keyword in its 2020-12 form; subschemas are still as they were. */
  #clean(value: JsonObject, at: string): SchemaObject {
    const kept = Object.entries(value).filter(([key]) => !DROPPED.has(key) && !DEFINITIONS.has(key));
    let schema: SchemaObject = Object.fromEntries(kept);
    if (value["example"] !== undefined && schema.examples === undefined) {
      schema = { ...schema, examples: [value["example"]] };
    }
    schema = withOthers(exclusiveLimits(schema));
    if (Array.isArray(value["items"])) {
      const { items, ...rest } = schema;
      schema = { ...rest, prefixItems: arrayOf(items).filter(isSchema) };
    }
    schema = this.#withType(schema, value["type"], at);
    const discriminator = discriminatorOf(this.#context, value, at);
    return discriminator ? { ...schema, discriminator } : withoutKey(schema, "discriminator");
  }

  #withType(schema: SchemaObject, stated: unknown, at: string): SchemaObject {
    const types = (Array.isArray(stated) ? stated : stated === undefined ? [] : [stated]).filter(isType);
    if (stated !== undefined && types.length === 0) {
      const remedy = `Use one of ${TYPES.join(", ")}.`;
      this.#context.warn(
        "known-type",
        pointer(at, "type"),
        `${JSON.stringify(stated)} is no type; it is ignored.`,
        remedy,
      );
    }
    const [first, ...others] = types.length > 0 ? types : impliedTypes(schema);
    const rest = withoutKey(schema, "type");
    return first === undefined ? rest : { ...rest, type: others.length > 0 ? [first, ...others] : first };
  }
}

function isType(value: unknown): value is SchemaType {
  return typeof value === "string" && TYPES.includes(value);
}

/** What a schema without a type is about, where its keywords leave no doubt. */
function impliedTypes(schema: SchemaObject): readonly SchemaType[] {
  if (schema.oneOf ?? schema.anyOf ?? schema.allOf ?? schema.enum ?? schema.not) return [];
  if (Object.hasOwn(schema, "const")) return [];
  if (schema.properties ?? schema.additionalProperties) return ["object"];
  return (schema.items ?? schema.prefixItems) ? ["array"] : [];
}

function withoutKey(schema: SchemaObject, key: string): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

/** A map by `unevaluatedProperties` is one by `additionalProperties`, where nothing else evaluates members. */
function withOthers(schema: SchemaObject): SchemaObject {
  const { unevaluatedProperties: others, ...rest } = schema;
  const isAlone = !schema.allOf && !schema.oneOf && !schema.anyOf && !schema["if"] && !schema.$ref;
  if (!isSchema(others) || schema.additionalProperties !== undefined || !isAlone) return schema;
  return { ...rest, additionalProperties: others };
}

/** OpenAPI 3.0: `exclusiveMinimum: true` beside a `minimum`. */
function exclusiveLimits(schema: SchemaObject): SchemaObject {
  const result: Record<string, unknown> = { ...schema };
  for (const [exclusive, inclusive] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (typeof result[exclusive] !== "boolean") continue;
    if (result[exclusive]) {
      result[exclusive] = result[inclusive];
      delete result[inclusive];
    } else delete result[exclusive];
  }
  return result;
}

/** `nullable: true` of OpenAPI 3.0, also where 3.1 documents still use it, as a type. */
function nullable(value: JsonObject, schema: SchemaObject): Schema {
  if (value["nullable"] !== true) return schema;
  const withEnum =
    schema.enum && !schema.enum.includes(null) ? { ...schema, enum: [...schema.enum, null] } : schema;
  const { type } = schema;
  if (type !== undefined) {
    const types = typeof type === "string" ? [type] : type;
    return types.includes("null") ? withEnum : { ...withEnum, type: [...types, "null"] };
  }
  if (withEnum !== schema) return withEnum;
  for (const union of ["oneOf", "anyOf"] as const) {
    const variants = schema[union];
    if (variants && !schema.allOf) return { ...schema, [union]: [...variants, { type: "null" }] };
  }
  if (!schema.$ref && !schema.allOf) return schema;
  const annotations = Object.entries(schema).filter(([key]) => ANNOTATIONS.has(key));
  const rest = Object.entries(schema).filter(([key]) => !ANNOTATIONS.has(key));
  return { ...Object.fromEntries(annotations), anyOf: [Object.fromEntries(rest), { type: "null" }] };
}

/** A name for a schema that has none of its own, from where it stands. */
function nameFromTokens(tokens: readonly string[]): string {
  const structure =
    /^(components|schemas|properties|schema|content|paths|items|allOf|oneOf|anyOf|\$defs|definitions|\d+)$/;
  const words = tokens
    .filter((token) => !structure.test(token))
    .flatMap((token) => token.split(/[^A-Za-z0-9]+/));
  const name = words
    .filter(Boolean)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return name === "" ? "Inline" : name;
}
