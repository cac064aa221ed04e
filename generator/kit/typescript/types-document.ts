import type { ApiModel, Content, Operation, Parameter } from "../../model/api-model.js";
import { mapSubschemas, nameOf, referenceTo } from "../../model/schema-walk.js";
import type { Schema, SchemaObject } from "../../model/schema.js";
import { indexOf } from "../../model/model-index.js";
import { endlessSchemas, recursiveSchemas } from "../../model/recursion.js";

/** The `format` that marks the open end of an open enum; never a format of the spec's. */
export const OPEN_ENUM_FORMAT = "x-open-enum";

/** The `format` that stands for a recursive schema's alias, followed by its name. */
export const ALIAS_FORMAT = "x-alias ";

type Json = Record<string, unknown>;

/**
 * The model as an OpenAPI 3.1 document for openapi-typescript: only what types need, each thing said in the one way
 * that it turns into the type that is meant.
 */
export function typesDocument(model: ApiModel): { document: Json; recursive: ReadonlyMap<string, Schema> } {
  const schemas = new TypesSchemas(model);
  const paths: Record<string, Json> = {};
  for (const operation of model.operations) {
    const item = (paths[operation.path] ??= {});
    item[operation.method.toLowerCase()] = operationObject(operation, schemas);
  }
  const webhooks = model.webhooks.map(({ name, method, body }) => {
    const requestBody = body
      ? { requestBody: { required: true, content: contentMap(body.contents, schemas) } }
      : {};
    return [name, { [method.toLowerCase()]: { ...requestBody, responses: {} } }];
  });
  const recursive = recursiveSchemas(model.schemas);
  const named = model.schemas.map(({ name, typeName: type, schema }): [string, Schema] => {
    return [
      type,
      recursive.has(name) ? { type: "string", format: ALIAS_FORMAT + type } : schemas.convert(schema),
    ];
  });
  const aliases = model.schemas.filter(({ name }) => recursive.has(name));
  const document = {
    openapi: "3.1.0",
    info: { title: model.title, version: model.version },
    paths,
    ...(webhooks.length > 0 ? { webhooks: Object.fromEntries(webhooks) } : {}),
    components: { schemas: Object.fromEntries(named) },
  };
  return {
    document,
    recursive: new Map(aliases.map(({ typeName, schema }) => [typeName, schemas.convert(schema)])),
  };
}

function operationObject(operation: Operation, schemas: TypesSchemas): Json {
  const { body } = operation;
  const responses = operation.responses.map(({ status, description, contents }) => {
    return [
      status,
      { description, ...(contents.length > 0 ? { content: contentMap(contents, schemas) } : {}) },
    ];
  });
  return {
    operationId: operation.names.function,
    ...(operation.summary === undefined ? {} : { summary: comment(operation.summary) }),
    ...(operation.deprecated ? { deprecated: true } : {}),
    parameters: operation.parameters.map((parameter) => parameterObject(parameter, schemas)),
    ...(body
      ? { requestBody: { required: body.required, content: contentMap(body.contents, schemas) } }
      : {}),
    responses: Object.fromEntries(responses),
  };
}

function parameterObject(parameter: Parameter, schemas: TypesSchemas): Json {
  const { name, description, required, deprecated, schema } = parameter;
  return {
    name,
    in: parameter.in,
    ...(description === undefined ? {} : { description: comment(description) }),
    required,
    ...(deprecated ? { deprecated } : {}),
    schema: schemas.convert(schema),
  };
}

function contentMap(contents: readonly Content[], schemas: TypesSchemas): Json {
  return Object.fromEntries(
    contents.map(({ mediaType, schema }) => [
      mediaType,
      schema === undefined ? {} : { schema: schemas.convert(schema) },
    ]),
  );
}

/** A text that may stand in a block comment. */
function comment(text: string): string {
  return text.replaceAll("*/", "*\\/");
}

/** Says schemas in the way that openapi-typescript reads as meant. */
class TypesSchemas {
  readonly #names: ReadonlyMap<string, string>;
  readonly #schemas: ReadonlyMap<string, Schema>;
  readonly #recursive: ReadonlySet<string>;
  readonly #endless: ReadonlySet<string>;

  constructor(model: ApiModel) {
    this.#names = indexOf(model).typeNames;
    this.#recursive = recursiveSchemas(model.schemas);
    this.#endless = endlessSchemas(model.schemas);
    this.#schemas = indexOf(model).schemas;
  }

  convert(schema: Schema): Schema {
    if (typeof schema === "boolean") return schema ? {} : { not: {} };
    if (schema.$ref !== undefined) return this.#reference(schema.$ref, schema);
    const converted = mapSubschemas(schema, (inner) => this.convert(inner));
    // Said otherwise, openapi-typescript would take it for members of any name.
    const mapped =
      schema.additionalProperties === false ? { ...converted, additionalProperties: false } : converted;
    return shaped(annotated(this.#requiringAll(this.#withVariants(schema, mapped), schema)));
  }

  #reference(reference: string, annotations: SchemaObject): SchemaObject {
    const name = nameOf(reference);
    const type = this.#names.get(name) ?? name;
    if (this.#endless.has(name)) return {};
    if (this.#recursive.has(name)) return { type: "string", format: ALIAS_FORMAT + type };
    const $ref = referenceTo(type);
    const { description, deprecated, readOnly } = annotations;
    return {
      ...(description === undefined ? {} : { description: comment(description) }),
      ...(deprecated ? { deprecated } : {}),
      ...(readOnly ? { readOnly } : {}),
      $ref,
    };
  }

  /** Gives each variant of a discriminated union, and each extension of a base, the value that tells it apart. */
  #withVariants(original: SchemaObject, schema: SchemaObject): SchemaObject {
    const { discriminator, ...rest } = schema;
    const base = this.#discriminatedBase(original);
    if (base) return { ...rest, allOf: [...(schema.allOf ?? []), base] };
    if (!discriminator) return rest;
    const union = schema.oneOf ? "oneOf" : schema.anyOf ? "anyOf" : undefined;
    if (union === undefined) return rest;
    const members = original[union] ?? [];
    const told = (schema[union] ?? []).map((member, index) => {
      const reference = referenceIn(members[index]);
      const values = reference === undefined ? [] : valuesFor(discriminator.mapping, reference);
      if (reference === undefined || values.length === 0) return member;
      if (this.#tells(nameOf(reference), discriminator.propertyName)) return member;
      return { allOf: [member, constant(discriminator.propertyName, values)] };
    });
    return { ...rest, [union]: told };
  }

  /**
   * Requires members of a part that may be null by a part of its own: openapi-typescript would look for the members of
   * null, and find none.
   */
  #requiringAll(schema: SchemaObject, original: SchemaObject): SchemaObject {
    const { required, ...rest } = schema;
    const isNullable = original.allOf?.some((part) => {
      const reference = referenceIn(part);
      return reference !== undefined && mayBeNull(this.#schemas.get(nameOf(reference)));
    });
    if (!isNullable || !required) return schema;
    const own = required.filter((name) => Object.hasOwn(schema.properties ?? {}, name));
    const others = required.filter((name) => !own.includes(name));
    const members = Object.fromEntries(others.map((name) => [name, {}]));
    const part: SchemaObject = { type: "object", properties: members, required: others };
    return { ...rest, required: own, allOf: [...(schema.allOf ?? []), ...(others.length > 0 ? [part] : [])] };
  }

  /** The value that an extension of a discriminated base must have, where the schema is one. */
  #discriminatedBase(schema: SchemaObject): SchemaObject | undefined {
    for (const part of schema.allOf ?? []) {
      const base = referenceIn(part);
      const target = base === undefined ? undefined : this.#schemas.get(nameOf(base));
      if (typeof target !== "object" || !target.discriminator || target.oneOf || target.anyOf) continue;
      const own = [...this.#schemas].find(([, candidate]) => candidate === schema);
      const values = own ? valuesFor(target.discriminator.mapping, referenceTo(own[0])) : [];
      if (values.length > 0) return constant(target.discriminator.propertyName, values);
    }
    return undefined;
  }

  /** Whether a named schema itself allows only constants for a property. */
  #tells(name: string, property: string): boolean {
    const schema = this.#schemas.get(name);
    const member = typeof schema === "object" ? schema.properties?.[property] : undefined;
    const required = typeof schema === "object" && schema.required?.includes(property) === true;
    return (
      required && typeof member === "object" && (member.const !== undefined || member.enum !== undefined)
    );
  }
}

function mayBeNull(schema: Schema | undefined): boolean {
  if (typeof schema !== "object") return false;
  if (schema.type === "null" || (Array.isArray(schema.type) && schema.type.includes("null"))) return true;
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].some(mayBeNull);
}

function referenceIn(schema: Schema | undefined): string | undefined {
  return typeof schema === "object" ? schema.$ref : undefined;
}

function valuesFor(mapping: Readonly<Record<string, string>> | undefined, reference: string): string[] {
  return Object.entries(mapping ?? {}).flatMap(([value, target]) => (target === reference ? [value] : []));
}

function constant(property: string, values: readonly string[]): SchemaObject {
  return { type: "object", properties: { [property]: { enum: [...values] } }, required: [property] };
}

/** Comments that cannot end early, and none of the annotations that types have no use for. */
function annotated(schema: SchemaObject): SchemaObject {
  const { description, title: _title, examples: _examples, ...rest } = schema;
  return description === undefined ? rest : { ...rest, description: comment(description) };
}

/** Splits combinations that openapi-typescript would read as alternatives, and opens open enums. */
function shaped(schema: SchemaObject): SchemaObject {
  if (schema["const"] === null) return { type: "null" };
  if (schema.enum) return enumeration(schema);
  const { anyOf, description, deprecated, ...rest } = schema;
  const isObject = rest.properties ?? rest.additionalProperties ?? rest.allOf ?? rest.oneOf;
  if (!anyOf || !isObject) return schema;
  const notes = {
    ...(description === undefined ? {} : { description }),
    ...(deprecated ? { deprecated } : {}),
  };
  return { ...notes, allOf: [rest, { anyOf }] };
}

function enumeration(schema: SchemaObject): SchemaObject {
  const values = (schema.enum ?? []).filter((value) => typeof value !== "object" || value === null);
  const unique = [...new Set(values)];
  if (unique.length === 0)
    return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "enum"));
  const isNullable = unique.includes(null) || (Array.isArray(schema.type) && schema.type.includes("null"));
  const variants = unique.filter((value) => value !== null);
  const { description, deprecated, readOnly } = schema;
  const notes = {
    ...(description === undefined ? {} : { description }),
    ...(deprecated ? { deprecated } : {}),
    ...(readOnly ? { readOnly } : {}),
  };
  if (variants.length === 0) return { ...notes, type: "null" };
  if (schema["x-open-enum"] !== true && !isNullable) return { ...notes, enum: variants };
  const open = schema["x-open-enum"] === true ? [{ type: "string", format: OPEN_ENUM_FORMAT } as const] : [];
  return {
    ...notes,
    anyOf: [{ enum: variants }, ...open, ...(isNullable ? [{ type: "null" } as const] : [])],
  };
}
