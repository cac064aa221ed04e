import type { NamedSchema } from "../../model/api-model.js";
import { nameOf } from "../../model/schema-walk.js";
import type { Schema, SchemaObject } from "../../model/schema.js";
import { constantsOf } from "./schema-notes.js";

/** What is inside a schema, as a reader takes it in: inherited members beside own ones, alternatives apart. */
export interface SchemaTree {
  readonly members: readonly Member[];
  readonly alternatives: readonly Alternatives[];
}

/** A member of an object, or what stands in for many: items, other names. */
export interface Member {
  readonly name: string;
  /** `name` is a word of ours, not one that a caller writes. */
  readonly isPlaceholder: boolean;
  readonly isRequired: boolean;
  readonly schema: Schema;
}

/** Schemas of which one, some or none hold. */
export interface Alternatives {
  readonly label: string;
  readonly options: readonly { readonly name: string; readonly schema: Schema }[];
}

const EMPTY: SchemaTree = { members: [], alternatives: [] };
const CONDITIONS = [
  ["not", "Not allowed"],
  ["if", "Where this holds"],
  ["then", "then this holds too"],
  ["else", "otherwise this holds"],
  ["contains", "Contains at least one"],
  ["propertyNames", "Names of members"],
  ["contentSchema", "The content, once decoded"],
  ["unevaluatedItems", "Any further item"],
] as const;

/** Reads schemas as trees, each level when it is asked for. */
export class SchemaTrees {
  readonly #schemas: ReadonlyMap<string, Schema>;

  constructor(schemas: readonly NamedSchema[]) {
    this.#schemas = new Map(schemas.map(({ name, schema }) => [name, schema]));
  }

  named(name: string): Schema | undefined {
    return this.#schemas.get(name);
  }

  /** What a reference stands for; references to references are followed. */
  resolved(schema: Schema | undefined): Schema | undefined {
    let current = schema;
    for (let steps = 0; typeof current === "object" && current.$ref !== undefined && steps < 20; steps += 1) {
      current = this.#schemas.get(nameOf(current.$ref));
    }
    return current;
  }

  /** The members and alternatives of a schema, those that it inherits first. */
  of(schema: Schema | undefined, following: readonly string[] = []): SchemaTree {
    if (schema === undefined || typeof schema === "boolean") return EMPTY;
    if (schema.$ref !== undefined) {
      const name = nameOf(schema.$ref);
      return following.includes(name) ? EMPTY : this.of(this.#schemas.get(name), [...following, name]);
    }
    const inherited = (schema.allOf ?? []).map((part) => this.of(part, following));
    const required = requiredOf(schema);
    const members = new Map<string, Member>();
    for (const member of [...inherited.flatMap((part) => part.members), ...ownMembers(schema)]) {
      const known = members.get(member.name);
      members.set(member.name, {
        ...member,
        // A member that is only narrowed keeps what it inherits where it says nothing itself.
        schema: known && member.schema === true ? known.schema : member.schema,
        isRequired: member.isRequired || known?.isRequired === true || required.has(member.name),
      });
    }
    // `required` in one part of allOf may name a member of another.
    for (const part of schema.allOf ?? []) {
      for (const name of requiredOf(part)) {
        const member = members.get(name);
        if (member) members.set(name, { ...member, isRequired: true });
      }
    }
    return {
      members: [...members.values()],
      alternatives: [...inherited.flatMap((part) => part.alternatives), ...ownAlternatives(schema)],
    };
  }

  /** Whether there is anything inside to be shown. */
  hasInside(schema: Schema | undefined): boolean {
    const { members, alternatives } = this.of(schema);
    return members.length > 0 || alternatives.length > 0;
  }
}

function requiredOf(schema: Schema): ReadonlySet<string> {
  return new Set(typeof schema === "object" && Array.isArray(schema.required) ? schema.required : []);
}

function ownMembers(schema: SchemaObject): Member[] {
  const required = requiredOf(schema);
  const placeholder = (name: string, inner: Schema): Member => {
    return { name, isPlaceholder: true, isRequired: false, schema: inner };
  };
  const members = Object.entries(schema.properties ?? {}).map(([name, inner]): Member => {
    return { name, isPlaceholder: false, isRequired: required.has(name), schema: inner };
  });
  for (const [pattern, inner] of Object.entries(schema.patternProperties ?? {}))
    members.push(placeholder(`names like ${pattern}`, inner));
  for (const keyword of ["additionalProperties", "unevaluatedProperties"] as const) {
    const inner = schema[keyword];
    if (isSchemaObject(inner)) members.push(placeholder("any other name", inner));
  }
  schema.prefixItems?.forEach((inner, index) => members.push(placeholder(`item ${index + 1}`, inner)));
  if (isSchemaObject(schema.items)) members.push(placeholder("each item", schema.items));
  return members;
}

function ownAlternatives(schema: SchemaObject): Alternatives[] {
  const groups: Alternatives[] = [];
  if (!constantsOf(schema)) {
    for (const [keyword, label] of [
      ["oneOf", "One of"],
      ["anyOf", "Any of"],
    ] as const) {
      const options = schema[keyword];
      if (!options || options.length === 0) continue;
      groups.push({
        label,
        options: options.map((option, index) => ({
          name: optionName(schema, option, index),
          schema: option,
        })),
      });
    }
  }
  for (const [keyword, label] of CONDITIONS) {
    const inner = schema[keyword];
    if (isSchemaObject(inner)) groups.push({ label, options: [{ name: "", schema: inner }] });
  }
  for (const [name, inner] of Object.entries(Object(schema["dependentSchemas"]))) {
    if (isSchemaObject(inner))
      groups.push({ label: `Where ${name} is given`, options: [{ name: "", schema: inner }] });
  }
  return groups;
}

/** What a variant is called: by the value that tells it apart, its title, or its schema. */
function optionName(owner: SchemaObject, option: Schema, index: number): string {
  if (typeof option === "boolean") return option ? "anything" : "nothing";
  if (option.$ref !== undefined) {
    const reference = option.$ref;
    const mapped = Object.entries(owner.discriminator?.mapping ?? {}).find(
      ([, target]) => target === reference,
    );
    return mapped && owner.discriminator ? `${owner.discriminator.propertyName}: ${mapped[0]}` : "";
  }
  return option.title ?? `variant ${index + 1}`;
}

function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
