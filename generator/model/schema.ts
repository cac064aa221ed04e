/** A schema of the model: JSON Schema 2020-12 in the form of OpenAPI 3.1, with named references only. */
export type Schema = boolean | SchemaObject;

/** The JSON types. */
export type SchemaType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** The keywords that the generator looks at; others are kept as they are. */
export interface SchemaObject {
  /** `#/components/schemas/<name>` of a named schema. Nothing but annotations stands beside it. */
  readonly $ref?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly not?: Schema;
  readonly discriminator?: Discriminator;
  /** More values than the listed ones may come. */
  readonly "x-open-enum"?: boolean;
  /** On request forms: members that only the server sets. A request may carry them; they are ignored. */
  readonly "x-read-only"?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** The member that tells the variants of a union apart. */
export interface Discriminator {
  readonly propertyName: string;
  /** Values to references; always complete in the model. */
  readonly mapping?: Readonly<Record<string, string>>;
}
