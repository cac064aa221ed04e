/** The variants of unions and of polymorphic bases, with what tells them apart. */
import { nameOf } from "./schema-walk.js";
import type { Discriminator, Schema, SchemaObject } from "./schema.js";

type Schemas = ReadonlyMap<string, Schema>;

/** One alternative of a union. */
export interface Variant {
  readonly schema: Schema;
  /** The member that every value of this variant has, where the variant's own schema does not say it. */
  readonly tag?: Tag;
}

export interface Tag {
  readonly propertyName: string;
  readonly values: readonly string[];
}

/**
 * A schema that stands for its extensions: they are composed of it by `allOf`, and it names them by its discriminator or
 * as variants (OpenAPI 3.1, section 4.8.25). It has two meanings, the union and what all extensions share.
 */
export interface PolymorphicBase {
  readonly variants: readonly Variant[];
  /** Whether the base is also a value of its own. */
  readonly isVariant: boolean;
}

/** The values of a discriminator that stand for a schema, by its reference. */
export function discriminatorValues(discriminator: Discriminator, reference: string): string[] {
  return Object.entries(discriminator.mapping ?? {}).flatMap(([value, target]) =>
    target === reference ? [value] : [],
  );
}

/** The alternatives of `oneOf` or `anyOf`. */
export function variantsOf(owner: SchemaObject, members: readonly Schema[], schemas: Schemas): Variant[] {
  return members.map((schema) => {
    const tag = tagOf(owner.discriminator, schema, schemas);
    return tag ? { schema, tag } : { schema };
  });
}

function tagOf(discriminator: Discriminator | undefined, schema: Schema, schemas: Schemas): Tag | undefined {
  if (!discriminator || typeof schema === "boolean" || schema.$ref === undefined) return undefined;
  const { propertyName } = discriminator;
  const values = discriminatorValues(discriminator, schema.$ref);
  return values.length === 0 || tells(schemas.get(nameOf(schema.$ref)), propertyName)
    ? undefined
    : { propertyName, values };
}

/** Whether a schema itself requires a constant or one of some for a member. */
function tells(schema: Schema | undefined, name: string): boolean {
  const parts = ownParts(schema);
  const isRequired = parts.some(({ required }) => required?.includes(name));
  return (
    isRequired &&
    parts.some(({ properties }) => {
      const member = properties?.[name];
      return typeof member === "object" && (Object.hasOwn(member, "const") || member.enum !== undefined);
    })
  );
}

/** A schema with the inline parts of its `allOf`. */
function ownParts(schema: Schema | undefined): SchemaObject[] {
  if (typeof schema !== "object" || schema.$ref !== undefined) return [];
  return [schema, ...(schema.allOf ?? []).flatMap(ownParts)];
}

/** The names of the schemas that one is composed of by `allOf`. */
export function basesOf(schema: Schema | undefined): string[] {
  return ownParts(schema).flatMap(({ allOf = [] }) =>
    allOf.flatMap((part) => (typeof part === "object" && part.$ref !== undefined ? [nameOf(part.$ref)] : [])),
  );
}

/** All polymorphic bases, by name. */
export function polymorphicBases(schemas: Schemas): ReadonlyMap<string, PolymorphicBase> {
  const found = new Map<string, PolymorphicBase>();
  for (const [name, schema] of schemas) {
    if (typeof schema === "boolean") continue;
    const { discriminator, oneOf, anyOf } = schema;
    const references = [...new Set(Object.values(discriminator?.mapping ?? {}))].map(($ref) => ({ $ref }));
    const variants = variantsOf(schema, oneOf ?? anyOf ?? references, schemas);
    const isExtended = variants.some(({ schema: variant }) => {
      const target = typeof variant === "object" ? variant.$ref : undefined;
      return target !== undefined && basesOf(schemas.get(nameOf(target))).includes(name);
    });
    if (!isExtended) continue;
    const isItself = ({ schema: variant }: Variant): boolean =>
      typeof variant === "object" && variant.$ref !== undefined && nameOf(variant.$ref) === name;
    found.set(name, {
      variants: variants.filter((variant) => !isItself(variant)),
      isVariant: variants.some(isItself),
    });
  }
  return found;
}
