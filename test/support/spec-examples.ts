import type { Operation } from "../../generator/model/api-model.js";
import { arrayOf, objectOf, tokensOf, valueAt, type JsonObject } from "../../generator/base/json.js";

/** A request made of the examples that a bundled spec gives for an operation's parameters and body. */
export interface ExampleRequest {
  readonly method: string;
  /** With the query, below the base path. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** One request for each example of a body in each media type; one in all where there is no body. */
export function exampleRequests(document: JsonObject, operation: Operation): ExampleRequest[] {
  const first = exampleRequest(document, operation);
  const contents = operation.body?.contents ?? [];
  const bodies = contents.flatMap(({ mediaType, examples }) =>
    examples.map(({ value }) => ({
      ...first,
      headers: { ...first.headers, "content-type": mediaType },
      body: JSON.stringify(value),
    })),
  );
  return bodies.length === 0 ? [first] : bodies;
}

export function exampleRequest(document: JsonObject, operation: Operation): ExampleRequest {
  const item = objectOf(objectOf(document["paths"])[operation.path]);
  const own = objectOf(item[operation.method.toLowerCase()]);
  let path = operation.path;
  const query: string[] = [];
  const headers: Record<string, string> = {};
  for (const stated of [...arrayOf(item["parameters"]), ...arrayOf(own["parameters"])]) {
    const parameter = follow(document, stated);
    const name = String(parameter["name"]);
    const { example } = parameter;
    if (example === undefined) throw new Error(`${operation.id} has no example for ${name}.`);
    const values = Array.isArray(example) ? example.map(String) : [String(example)];
    if (parameter["in"] === "path") path = path.replace(`{${name}}`, encodeURIComponent(String(example)));
    if (parameter["in"] === "query")
      query.push(...values.map((value) => `${name}=${encodeURIComponent(value)}`));
    if (parameter["in"] === "header") headers[name] = String(example);
  }
  const [content] = operation.body?.contents ?? [];
  if (content) headers["content-type"] = content.mediaType;
  return {
    method: operation.method,
    path: query.length === 0 ? path : `${path}?${query.join("&")}`,
    headers,
    body: content ? JSON.stringify(content.examples[0]?.value) : undefined,
  };
}

function follow(document: JsonObject, value: unknown): JsonObject {
  const { $ref } = objectOf(value);
  return typeof $ref === "string" ? objectOf(valueAt(document, tokensOf($ref))) : objectOf(value);
}
