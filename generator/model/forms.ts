import type { Content, UnnamedSchema, UnnamedOperation, RequestBody, Webhook } from "./api-model.js";
import { mapSubschemas, nameOf, referencesIn, referenceTo, visitSchema } from "./schema-walk.js";
import type { Schema, SchemaObject } from "./schema.js";
import { unique } from "./words.js";

/** The parts of a model in which schemas stand. */
export interface SchemaUsers {
  readonly schemas: readonly Pick<UnnamedSchema, "name" | "schema">[];
  readonly operations: readonly UnnamedOperation[];
  readonly webhooks: readonly Webhook[];
}

/**
 * Splits schemas with read-only or write-only members into a form that is read and one that is sent, so that each
 * side of the wire gets exactly its members. A schema used on one side only keeps its name there.
 */
export function splitForms(users: SchemaUsers): {
  schemas: UnnamedSchema[];
  operations: UnnamedOperation[];
  webhooks: Webhook[];
} {
  const forms = new Forms(users);
  return {
    schemas: users.schemas.flatMap(({ name, schema }) => forms.of(name, schema)),
    operations: users.operations.map((operation) => ({
      ...operation,
      parameters: operation.parameters.map((parameter) => ({
        ...parameter,
        schema: forms.sent(parameter.schema),
      })),
      ...(operation.body ? { body: mapBody(operation.body, (schema) => forms.sent(schema)) } : {}),
      responses: operation.responses.map((response) => ({
        ...response,
        contents: mapContents(response.contents, (schema) => forms.read(schema)),
      })),
      ...(operation.callbacks ? { callbacks: operation.callbacks.map((call) => mapCall(call, forms)) } : {}),
    })),
    webhooks: users.webhooks.map((webhook) => mapCall(webhook, forms)),
  };
}

/** A call that the API makes: its body is read by whoever uses the API. */
function mapCall<T extends { readonly body?: RequestBody }>(call: T, forms: Forms): T {
  return call.body ? { ...call, body: mapBody(call.body, (schema) => forms.read(schema)) } : call;
}

class Forms {
  readonly #sentNames: ReadonlySet<string>;
  readonly #readNames: ReadonlySet<string>;
  /** Schemas whose two forms differ, in themselves or by what they refer to. */
  readonly #split: ReadonlySet<string>;
  readonly #requestNames = new Map<string, string>();
  readonly #annotated: ReadonlyMap<string, Schema>;

  constructor(users: SchemaUsers) {
    const byName = new Map(users.schemas.map(({ name, schema }) => [name, schema]));
    const bodies = users.operations.flatMap(({ body }) => body?.contents ?? []);
    const parameters = users.operations.flatMap((operation) =>
      operation.parameters.map(({ schema }) => schema),
    );
    const answers = users.operations.flatMap(({ responses }) =>
      responses.flatMap(({ contents }) => contents),
    );
    const calls = [...users.webhooks, ...users.operations.flatMap(({ callbacks }) => callbacks ?? [])];
    const events = calls.flatMap(({ body }) => body?.contents ?? []);
    this.#annotated = byName;
    this.#sentNames = reachable(byName, [...schemasOf(bodies), ...parameters]);
    this.#readNames = reachable(byName, schemasOf([...answers, ...events]));
    this.#split = differing(byName);
    const taken = new Set(byName.keys());
    for (const name of byName.keys()) {
      const shared = this.#split.has(name) && this.#sentNames.has(name) && this.#readNames.has(name);
      if (shared) this.#requestNames.set(name, unique(`${name}Writable`, taken));
    }
  }

  /** The form or forms under which a named schema goes on. */
  of(name: string, schema: Schema): UnnamedSchema[] {
    const isSent = this.#sentNames.has(name);
    const usage = isSent === this.#readNames.has(name) ? "both" : isSent ? "request" : "response";
    if (!this.#split.has(name)) return [{ name, schema, usage }];
    const requestName = this.#requestNames.get(name);
    if (requestName === undefined) {
      return [{ name, schema: usage === "request" ? this.sent(schema) : this.read(schema), usage }];
    }
    return [
      { name, schema: this.read(schema), usage: "response" },
      { name: requestName, schema: this.sent(schema), usage: "request", requestFormOf: name },
    ];
  }

  sent(schema: Schema): Schema {
    return this.#without(schema, "readOnly", (name) => this.#requestNames.get(name) ?? name);
  }

  read(schema: Schema): Schema {
    return this.#without(schema, "writeOnly", (name) => name);
  }

  #without(schema: Schema, marker: "readOnly" | "writeOnly", rename: (name: string) => string): Schema {
    if (typeof schema === "boolean") return schema;
    const mapped = mapSubschemas(schema, (inner) => this.#without(inner, marker, rename));
    const renamed = withReferences(mapped, (reference) => referenceTo(rename(nameOf(reference))));
    const { properties } = schema;
    if (!properties) return renamed;
    const gone = Object.keys(properties).filter((key) => isMarked(properties[key], marker, this.#annotated));
    if (gone.length === 0) return renamed;
    const rest = withoutMembers(renamed, gone);
    return marker === "readOnly" ? { ...rest, "x-read-only": gone } : rest;
  }
}

/** A schema with other references, those of its discriminator too. */
function withReferences(schema: SchemaObject, map: (reference: string) => string): SchemaObject {
  const { $ref, discriminator } = schema;
  const mapping = Object.entries(discriminator?.mapping ?? {}).map(([value, target]) => [value, map(target)]);
  return {
    ...schema,
    ...($ref === undefined ? {} : { $ref: map($ref) }),
    ...(discriminator ? { discriminator: { ...discriminator, mapping: Object.fromEntries(mapping) } } : {}),
  };
}

function withoutMembers(schema: SchemaObject, gone: readonly string[]): SchemaObject {
  const properties = Object.entries(schema.properties ?? {}).filter(([key]) => !gone.includes(key));
  const required = schema.required?.filter((key) => !gone.includes(key));
  return { ...schema, properties: Object.fromEntries(properties), ...(required ? { required } : {}) };
}

/** Whether a member carries the marker, itself or through the schema that it refers to. */
function isMarked(
  member: Schema | undefined,
  marker: "readOnly" | "writeOnly",
  schemas: ReadonlyMap<string, Schema>,
): boolean {
  if (member === undefined || typeof member === "boolean") return false;
  if (member[marker] === true) return true;
  if (member.$ref === undefined) return false;
  const target = schemas.get(nameOf(member.$ref));
  return typeof target === "object" && target[marker] === true;
}

/** The names whose request and response forms differ, by their own members or by those of what they refer to. */
function differing(schemas: ReadonlyMap<string, Schema>): Set<string> {
  const referrers = new Map<string, string[]>();
  const split = new Set<string>();
  for (const [name, schema] of schemas) {
    for (const target of referencesIn(schema))
      referrers.set(target, [...(referrers.get(target) ?? []), name]);
    if (hasMarkedMember(schema, schemas)) split.add(name);
  }
  const queue = [...split];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const referrer of referrers.get(name) ?? []) {
      if (split.has(referrer)) continue;
      split.add(referrer);
      queue.push(referrer);
    }
  }
  return split;
}

function hasMarkedMember(schema: Schema, schemas: ReadonlyMap<string, Schema>): boolean {
  let found = false;
  visitSchema(schema, ({ properties }) => {
    for (const member of Object.values(properties ?? {})) {
      found ||= isMarked(member, "readOnly", schemas) || isMarked(member, "writeOnly", schemas);
    }
  });
  return found;
}

/** The names of all schemas that can be reached from the given ones. */
function reachable(schemas: ReadonlyMap<string, Schema>, roots: readonly Schema[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let schema = queue.pop(); schema !== undefined; schema = queue.pop()) {
    for (const name of referencesIn(schema)) {
      if (seen.has(name)) continue;
      seen.add(name);
      queue.push(schemas.get(name) ?? true);
    }
  }
  return seen;
}

function schemasOf(contents: readonly Content[]): Schema[] {
  return contents.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
}

function mapBody(body: RequestBody, map: (schema: Schema) => Schema): RequestBody {
  return { ...body, contents: mapContents(body.contents, map) };
}

function mapContents(contents: readonly Content[], map: (schema: Schema) => Schema): Content[] {
  return contents.map((content) =>
    content.schema === undefined ? content : { ...content, schema: map(content.schema) },
  );
}
