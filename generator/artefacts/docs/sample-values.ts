import type { ApiModel, Content, Parameter } from "../../model/api-model.js";
import { nameOf } from "../../model/schema-walk.js";
import type { Schema, SchemaObject } from "../../model/schema.js";

/** Stands for the bytes of a file in a sample. */
export class Bytes {
  constructor(readonly fileName: string) {}
}

const MAX_DEPTH = 6;

/** Values that a sample can use: the spec's examples, else something that the schema allows. */
export class SampleValues {
  readonly #schemas: ReadonlyMap<string, Schema>;

  constructor(model: ApiModel) {
    this.#schemas = new Map(model.schemas.map(({ name, schema }) => [name, schema]));
  }

  ofParameter(parameter: Parameter): unknown {
    const stated = parameter.clientDefault ?? parameter.examples?.[0]?.value;
    return stated ?? this.ofSchema(parameter.schema, parameter.name);
  }

  ofContent(content: Content): unknown {
    const [example] = content.examples;
    if (example?.value !== undefined) return example.value;
    if (content.kind === "binary") return new Bytes("file");
    return this.ofSchema(content.schema ?? true, "body");
  }

  ofSchema(schema: Schema, name: string, depth = 0): unknown {
    if (typeof schema === "boolean") return name;
    if (schema.$ref !== undefined) {
      if (depth > MAX_DEPTH) return null;
      return this.ofSchema(this.#schemas.get(nameOf(schema.$ref)) ?? true, name, depth + 1);
    }
    const stated = schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0];
    if (stated !== undefined && stated !== null) return stated;
    if (isFile(schema)) return new Bytes(name);
    const variant = firstVariant(schema);
    if (variant !== undefined && !schema.properties && !schema.allOf)
      return this.ofSchema(variant, name, depth + 1);
    const type = [schema.type ?? []].flat().find((it) => it !== "null") ?? [schema.type ?? []].flat()[0];
    if (schema.properties ?? schema.allOf ?? type === "object") return this.#object(schema, depth);
    if (type === "array") return this.#array(schema, name, depth);
    if (type === "integer" || type === "number") return numberFor(schema);
    if (type === "boolean") return true;
    return type === "null" ? null : textFor(schema, name);
  }

  #array(schema: SchemaObject, name: string, depth: number): unknown[] {
    if (depth > MAX_DEPTH) return [];
    const least = typeof schema["minItems"] === "number" ? schema["minItems"] : 1;
    const item = this.ofSchema(schema.prefixItems?.[0] ?? schema.items ?? true, name, depth + 1);
    return Array.from({ length: Math.min(Math.max(least, 1), 5) }, () => item);
  }

  #object(schema: SchemaObject, depth: number): unknown {
    if (depth > MAX_DEPTH) return {};
    const variant = firstVariant(schema);
    const parts = [...(schema.allOf ?? []), ...(variant === undefined ? [] : [variant])].map((part) =>
      this.ofSchema(part, "", depth + 1),
    );
    const entries = Object.entries(schema.properties ?? {});
    const required = entries.filter(([member]) => schema.required?.includes(member));
    const own = Object.fromEntries(
      required.map(([member, inner]) => [member, this.ofSchema(inner, member, depth + 1)]),
    );
    const plain = parts.filter((part) => typeof part === "object" && part !== null);
    return Object.assign({}, ...plain, own);
  }
}

function firstVariant(schema: SchemaObject): Schema | undefined {
  return (schema.oneOf ?? schema.anyOf)?.find(
    (option) => typeof option !== "object" || option.type !== "null",
  );
}

function isFile(schema: SchemaObject): boolean {
  return (
    schema.format === "binary" ||
    (schema["contentMediaType"] !== undefined &&
      schema.contentEncoding === undefined &&
      (schema.type === undefined || schema.type === "string") &&
      !/json/.test(String(schema["contentMediaType"])))
  );
}

function numberFor(schema: SchemaObject): number {
  const least = schema["minimum"] ?? schema["exclusiveMinimum"];
  const most = schema["maximum"];
  if (typeof least === "number") return schema["minimum"] === undefined ? least + 1 : least;
  return typeof most === "number" && most < 1 ? most : 1;
}

const TEXTS: Readonly<Record<string, string>> = {
  "date-time": "2026-03-02T09:30:00Z",
  date: "2026-03-02",
  time: "09:30:00Z",
  duration: "PT15M",
  email: "ada@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "6f1c1d6e-2f5a-4b0e-9f0a-0d3c8f1f7a52",
};

function textFor(schema: SchemaObject, name: string): string {
  const { format } = schema;
  if (format !== undefined && Object.hasOwn(TEXTS, format)) return TEXTS[format] ?? name;
  const least = typeof schema["minLength"] === "number" ? schema["minLength"] : 0;
  const most = typeof schema["maxLength"] === "number" ? schema["maxLength"] : Number.POSITIVE_INFINITY;
  return (name === "" ? "text" : name).padEnd(Math.min(least, 200), "x").slice(0, most);
}
