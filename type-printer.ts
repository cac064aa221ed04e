import type { ModelIndex } from "../../model/model-index.js";
import { memberOf, partsOf, resolved } from "../../model/resolve.js";
import { isSchema, nameOf } from "../../model/schema-walk.js";
import type { Schema, SchemaObject, SchemaType } from "../../model/schema.js";
import { variantsOf, type Tag, type Variant } from "../../model/variants.js";
import { Code, code, joined, typeFrom } from "./code.js";
import { literalType, propertyName } from "./literals.js";
import { propertyDoc } from "./schema-doc.js";
import { grouped, intersection, NEVER, NULL, primary, union, UNKNOWN, type Type } from "./types.js";

/** A member of an object type. */
export interface Member {
  readonly schema: Schema;
  readonly isRequired: boolean;
  /** Its comment; that of its schema unless given. */
  readonly doc?: string;
}

export type Members = ReadonlyMap<string, Member>;

/** An object, put together from its own keywords and from the inline parts of its `allOf`. */
export interface ObjectShape {
  readonly members: Map<string, Member>;
  /** The named schemas that it is composed of. */
  readonly bases: string[];
  /** What else every value must be. */
  readonly others: Schema[];
  readonly patterns: Map<string, Schema>;
  /** Members of other names, where the schema speaks of them. */
  rest?: Schema;
  /** The only names that members may have, where the schema lists them. */
  names?: readonly string[];
}

const NO_MEMBERS: Members = new Map();
/** Index signatures of more types than this say `unknown`. */
const MAX_INDEX_TYPES = 4;

/**
 * Prints schemas as TypeScript, as a person would write them.
 *
 * Typed exactly: `type`, `enum`, `const`, `properties`, `required` (also across `allOf`), `additionalProperties`,
 * `unevaluatedProperties`, `patternProperties` by prefix, `propertyNames` with values, `items`, `prefixItems`,
 * `unevaluatedItems`, `minItems` and `maxItems` of tuples, `allOf`, `anyOf`, `oneOf`, `discriminator`, `$ref`, `true`
 * and `false`.
 *
 * Loose, since TypeScript has no such types: limits and formats of texts, numbers, lists and objects, `uniqueItems`,
 * `contains`, `not`, `if`, `dependentRequired`, `dependentSchemas`, `contentSchema`, other patterns, and that exactly one
 * variant of `oneOf` holds. Loose on purpose: members that a schema does not mention are left out of its type unless it
 * speaks of `additionalProperties`, and a required member that nothing declares is not asked for.
 */
export class TypePrinter {
  constructor(readonly index: ModelIndex) {}

  /** The type of the values that a schema allows. */
  of(schema: Schema): Code {
    return this.#type(schema, NO_MEMBERS).code;
  }

  /** The name of a named schema's type. */
  nameOf(name: string): Code {
    return typeFrom("./types.js", this.index.typeNames.get(name) ?? name);
  }

  /** The name of what the extensions of a schema share. */
  baseNameOf(name: string): Code {
    const baseName = this.index.baseTypeNames.get(name);
    return baseName === undefined ? this.nameOf(name) : typeFrom("./types.js", baseName);
  }

  /** The members of an object type, each with its comment, one a line. */
  members(members: Members): Code {
    return joined(
      [...members].map(([name, { schema, isRequired, doc }]) => {
        const comment = doc ?? propertyDoc(schema);
        const type = this.of(schema);
        if (isRequired) return code`${comment}${propertyName(name)}: ${type};`;
        const isUnknown = type.text === "unknown";
        return code`${comment}${propertyName(name)}?: ${isUnknown ? type : union([primary(type), primary("undefined")]).code};`;
      }),
      "\n",
    );
  }

  #type(schema: Schema, beside: Members): Type {
    if (typeof schema === "boolean") return schema ? UNKNOWN : NEVER;
    if (schema.$ref !== undefined) return this.#named(nameOf(schema.$ref), (name) => this.nameOf(name));
    if (isImpossible(schema)) return NEVER;
    if (schema.enum !== undefined || Object.hasOwn(schema, "const")) return literals(schema);
    const types = typesOf(schema);
    const isNullable = types.length > 1 && types.includes("null");
    const type = this.#composed(schema, isNullable ? types.filter((it) => it !== "null") : types, beside);
    return isNullable ? union([type, NULL]) : type;
  }

  #named(name: string, naming: (name: string) => Code): Type {
    return this.index.endless.has(name) ? UNKNOWN : primary(naming(name));
  }

  /** What a schema says itself, together with what `allOf`, `anyOf` and `oneOf` add. */
  #composed(schema: SchemaObject, types: readonly SchemaType[], beside: Members): Type {
    const shape = this.shapeOf(schema, beside);
    const parts = this.partsOf(schema, shape, types);
    const isAlone = parts.length === 0;
    const own = types.length > 0 ? types : impliedTypes(shape, schema);
    const plain = own.flatMap((type) => {
      if (type === "object") return isAlone || hasMembers(shape) ? this.#object(shape, !isAlone) : [];
      // What a union's variants say is more exact than the type beside it.
      return isAlone ? this.#plain(schema, type) : [];
    });
    if (plain.length === 0) return isAlone ? UNKNOWN : intersection(parts);
    return intersection([...parts, union(plain)]);
  }

  /** The types of a composition, besides that of its own members. */
  partsOf(schema: SchemaObject, shape: ObjectShape, types: readonly SchemaType[] = typesOf(schema)): Type[] {
    const bases = shape.bases.map((name) => this.#named(name, (it) => this.baseNameOf(it)));
    const others = shape.others.map((other) => this.#type(other, NO_MEMBERS));
    const unions = [schema.oneOf ?? [], schema.anyOf ?? []]
      .filter((variants) => variants.length > 0)
      .map((variants) => this.union(variantsOf(schema, variants, this.index.schemas), types, shape.members));
    return [...bases, ...others, ...unions].filter((type) => type !== UNKNOWN || shape.bases.length === 0);
  }

  /** The type of alternatives; `types` are those that the schema around them allows. */
  union(variants: readonly Variant[], types: readonly SchemaType[] = [], beside: Members = NO_MEMBERS): Type {
    const parts = variants.map(({ schema, tag }) => {
      const type = this.#type(withTypes(schema, types), beside);
      return tag ? intersection([type, tagType(tag)]) : type;
    });
    const isEnum = variants.some(({ schema }) => isTextChoice(resolved(schema, this.index.schemas)));
    return union(parts, isEnum);
  }

  #plain(schema: SchemaObject, type: Exclude<SchemaType, "object">): Type {
    switch (type) {
      case "string":
        return primary(schema.format === "binary" ? "Blob" : "string");
      case "integer":
      case "number":
        return primary("number");
      case "boolean":
        return primary("boolean");
      case "null":
        return NULL;
      case "array":
        return this.#list(schema);
    }
  }

  #list(schema: SchemaObject): Type {
    const rest = schema.items ?? schemaIn(schema["unevaluatedItems"]);
    const element = (item: Schema): Code => grouped(this.#type(item, NO_MEMBERS));
    if (!schema.prefixItems) return primary(code`${element(rest ?? true)}[]`);
    const least = numberIn(schema["minItems"]) ?? 0;
    const items = schema.prefixItems.map((item, index) =>
      index < least ? this.of(item) : code`${element(item)}?`,
    );
    const isClosed = rest === false || (numberIn(schema["maxItems"]) ?? Infinity) <= items.length;
    return primary(code`[${joined(isClosed ? items : [...items, code`...${element(rest ?? true)}[]`], ", ")}]`);
  }

  /** An object, gathered from a schema and from the inline parts of its `allOf`. */
  shapeOf(schema: SchemaObject, beside: Members = NO_MEMBERS): ObjectShape {
    const shape: ObjectShape = { members: new Map(), bases: [], others: [], patterns: new Map() };
    const required = new Set<string>();
    this.#gather(schema, shape, required);
    const tag = this.#tagOf(schema, shape.bases);
    if (tag) {
      required.add(tag.propertyName);
      const own = shape.members.get(tag.propertyName)?.schema;
      const doc = own === undefined ? {} : { doc: propertyDoc(own) };
      shape.members.set(tag.propertyName, { schema: { enum: tag.values }, isRequired: true, ...doc });
    }
    for (const name of required) {
      // A variant that only requires members means those that stand beside the union.
      const own = shape.members.get(name) ?? beside.get(name) ?? this.#memberOfBase(name, shape);
      if (own) shape.members.set(name, { ...own, isRequired: true });
    }
    return shape;
  }

  #gather(schema: SchemaObject, shape: ObjectShape, required: Set<string>): void {
    for (const name of schema.required ?? []) required.add(name);
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      const known = shape.members.get(name)?.schema;
      const isSame = known === undefined || JSON.stringify(known) === JSON.stringify(member);
      shape.members.set(name, { schema: isSame ? member : { allOf: [known, member] }, isRequired: false });
    }
    for (const [pattern, member] of Object.entries(schema.patternProperties ?? {}))
      shape.patterns.set(pattern, member);
    const rest = schema.additionalProperties ?? schemaIn(schema["unevaluatedProperties"]);
    if (rest !== undefined) shape.rest = rest;
    const names = resolved(schemaIn(schema["propertyNames"]), this.index.schemas)?.enum;
    if (names) shape.names = names.filter((name) => typeof name === "string");
    for (const part of schema.allOf ?? []) {
      if (part === true) continue;
      if (typeof part === "object" && part.$ref !== undefined) shape.bases.push(nameOf(part.$ref));
      else if (typeof part === "object" && isPlainObject(part)) this.#gather(part, shape, required);
      else shape.others.push(part);
    }
  }

  /** The member that tells an extension of a polymorphic base apart. */
  #tagOf(schema: SchemaObject, bases: readonly string[]): Tag | undefined {
    for (const base of bases) {
      const variant = this.index.bases.get(base)?.variants.find(({ schema: it }) => {
        return resolved(it, this.index.schemas) === schema;
      });
      if (variant?.tag) return variant.tag;
    }
    return undefined;
  }

  /** A member that a base leaves optional. What nothing declares is not asked for. */
  #memberOfBase(name: string, { bases }: ObjectShape): Member | undefined {
    const { schemas } = this.index;
    for (const base of bases.map((it) => schemas.get(it))) {
      if (partsOf(base, schemas).some(({ required }) => required?.includes(name))) return undefined;
      const schema = memberOf(base, name, schemas);
      if (schema !== undefined) return { schema, isRequired: true };
    }
    return undefined;
  }

  #object(shape: ObjectShape, isPart: boolean): Type {
    const { members, names, rest } = shape;
    if (!names || members.size > 0) return primary(code`{\n${this.body(shape, isPart)}\n}`);
    const keys = union(names.map((name) => primary(literalType(name)))).code;
    return primary(code`{ [Key in ${keys}]?: ${this.of(rest ?? true)} }`);
  }

  /** What stands between the braces of an object type. */
  body(shape: ObjectShape, isPart = false): Code {
    const members = shape.members.size === 0 ? [] : [this.members(shape.members)];
    return joined([...members, ...this.#signatures(shape, isPart)], "\n");
  }

  #signatures(shape: ObjectShape, isPart: boolean): Code[] {
    const { members, patterns, rest } = shape;
    const isClosed = rest === undefined || rest === false;
    const exact: Code[] = [];
    const loose: Schema[] = isClosed ? [] : [rest];
    for (const [pattern, schema] of patterns) {
      const prefix = /^\^([\w-]+)(?:\.\*\$?)?$/.exec(pattern)?.[1];
      const isFree = prefix !== undefined && ![...members.keys()].some((name) => name.startsWith(prefix));
      if (isFree && isClosed) exact.push(code`[key: \`${prefix}\${string}\`]: ${this.of(schema)};`);
      else loose.push(schema);
    }
    if (loose.length > 0) return [...exact, code`[key: string]: ${this.#indexType(loose, members, isPart)};`];
    const isEmpty = members.size + exact.length === 0 && !isPart;
    return isEmpty ? [code`[key: string]: ${rest === false ? "never" : "unknown"};`] : exact;
  }

  /** A type for other members that the named ones fit as well, as TypeScript asks for. */
  #indexType(schemas: readonly Schema[], members: Members, isPart: boolean): Code {
    if (isPart) return UNKNOWN.code;
    const named = [...members.values()];
    const types = [...schemas, ...named.map(({ schema }) => schema)].map((it) => this.#type(it, NO_MEMBERS));
    if (new Set(types.map(({ code: it }) => it.text)).size > MAX_INDEX_TYPES) return UNKNOWN.code;
    const isComplete = named.every(({ isRequired }) => isRequired);
    return union(isComplete ? types : [...types, primary("undefined")]).code;
  }
}

function literals(schema: SchemaObject): Type {
  const types = typesOf(schema);
  const stated = Object.hasOwn(schema, "const") ? [schema.const] : (schema.enum ?? []);
  const fitting = stated.filter(
    (value) => value === null || types.length === 0 || types.some((type) => isOfType(value, type)),
  );
  // Values of none of the types are a mistake of the spec: then the values count.
  const values = fitting.length > 0 ? fitting : stated;
  const all = types.length > 1 && types.includes("null") ? [...values, null] : values;
  const texts = all.map((value) => primary(literalType(value)));
  if (schema["x-open-enum"] !== true) return union(texts);
  const open = ["string", "number"].filter((type) => all.some((value) => typeof value === type));
  return union([...texts, ...open.map((type) => primary(type))], true);
}

function tagType({ propertyName: name, values }: Tag): Type {
  const value = union(values.map((it) => primary(literalType(it)))).code;
  return primary(code`{ ${propertyName(name)}: ${value} }`);
}

/** A variant with the types of the schema around it, where it has none of its own. */
function withTypes(schema: Schema, types: readonly SchemaType[]): Schema {
  if (typeof schema === "boolean" || types.length === 0) return schema;
  const { $ref, type, allOf, anyOf, oneOf } = schema;
  return ($ref ?? type ?? allOf ?? anyOf ?? oneOf) === undefined ? { ...schema, type: types } : schema;
}

/** Whether the values are some texts, to which `string` would add all others. */
function isTextChoice(schema: SchemaObject | undefined): boolean {
  return (schema?.enum ?? [schema?.const]).some((value) => typeof value === "string");
}

/** The types of a schema that states none. */
function impliedTypes(shape: ObjectShape, schema: SchemaObject): SchemaType[] {
  if (hasMembers(shape)) return ["object"];
  return (schema.items ?? schema.prefixItems) === undefined ? [] : ["array"];
}

function hasMembers({ members, patterns, rest, names }: ObjectShape): boolean {
  return members.size + patterns.size > 0 || (rest !== undefined && rest !== false) || names !== undefined;
}

/** Whether a part of `allOf` only adds members to an object. */
function isPlainObject({ type, oneOf, anyOf, enum: values, ...schema }: SchemaObject): boolean {
  const isOther = Object.hasOwn(schema, "const") || (oneOf ?? anyOf ?? values) !== undefined || isImpossible(schema);
  return !isOther && (type === undefined || type === "object") && (schema.items ?? schema.prefixItems) === undefined;
}

function isImpossible({ not }: SchemaObject): boolean {
  return not === true || (typeof not === "object" && Object.keys(not).length === 0);
}

function typesOf({ type }: SchemaObject): readonly SchemaType[] {
  return type === undefined ? [] : typeof type === "string" ? [type] : type;
}

function isOfType(value: unknown, type: SchemaType): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return type === "integer" ? typeof value === "number" : typeof value === type;
}

function schemaIn(value: unknown): Schema | undefined {
  return isSchema(value) ? value : undefined;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
