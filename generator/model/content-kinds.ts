import { essenceOf } from "../base/media-type.js";
import { arrayOf, isObject, mapValues, objectOf, stringOf, type JsonObject } from "../base/json.js";
import type { ContentKind, StreamItem } from "./api-model.js";
import type { ModelContext } from "./context.js";

/** How a body of a media type is written and read. `isItems`: the schema is that of each item (OpenAPI 3.2). */
export function kindOf(mediaType: string, schema: JsonObject | undefined, isItems: boolean): ContentKind {
  const essence = essenceOf(mediaType);
  if (essence === "text/event-stream") return "events";
  if (essence === "application/x-www-form-urlencoded") return "form";
  if (essence.startsWith("multipart/")) return "multipart";
  if (/ndjson|jsonl|json-seq|json-lines|stream\+json/.test(essence) || isItems) return "lines";
  if (schema && isBytes(schema))
    return essence.startsWith("text/") && schema["format"] !== "binary" ? "text" : "binary";
  if (/[/+.-]json$/.test(essence)) return "json";
  if (/^text\/|[/+]xml$|yaml$|javascript$|graphql$/.test(essence)) return "text";
  if (/^(image|audio|video|font)\/|\/(octet-stream|pdf|zip|gzip)$/.test(essence))
    return schema?.["contentEncoding"] === undefined ? "binary" : "text";
  if (schema === undefined || Object.keys(schema).length === 0) return "binary";
  return schema["type"] === "string" ? "text" : "json";
}

/**
 * Whether a schema stands for bytes: `format: binary` of OpenAPI 3.0, or in 3.1 a `contentMediaType` that no
 * `contentEncoding` turns into text (OpenAPI 3.1.1, section 4.4.3, "Working with Binary Data").
 */
function isBytes(schema: JsonObject): boolean {
  const { type, format } = schema;
  if (type !== undefined && type !== "string") return false;
  if (format === "binary") return true;
  return (
    typeof schema["contentMediaType"] === "string" &&
    schema["contentEncoding"] === undefined &&
    schema["contentSchema"] === undefined
  );
}

/** Keywords that tell a value's type: without one, a part of a form is bytes's type: in a part of a form, that is bytes (OpenAPI 3.1.1, section 4.8.15.1.1). */
const TYPING = [
  "type",
  "$ref",
  "oneOf",
  "anyOf",
  "allOf",
  "enum",
  "const",
  "properties",
  "items",
  "format",
  "contentEncoding",
  "contentSchema",
];

/** The schema of a form of several parts, with the parts that are bytes said to be so. */
export function partSchemas(context: ModelContext, stated: unknown, encoding: JsonObject): unknown {
  if (!isObject(stated)) return stated;
  const schema = context.resolve(stated, "").value;
  const parts = arrayOf(schema["allOf"]).map((part) => partSchemas(context, part, encoding));
  const properties = mapValues(objectOf(schema["properties"]), (member, name) =>
    partSchema(context, member, objectOf(encoding[name])),
  );
  const isSame =
    parts.every((part, index) => part === arrayOf(schema["allOf"])[index]) &&
    Object.entries(properties).every(([name, member]) => member === objectOf(schema["properties"])[name]);
  if (isSame) return stated;
  return {
    ...schema,
    ...(parts.length > 0 ? { allOf: parts } : {}),
    ...(schema["properties"] === undefined ? {} : { properties }),
  };
}

function partSchema(context: ModelContext, member: unknown, encoding: JsonObject): unknown {
  if (!isObject(member)) return member;
  const schema = context.resolve(member, "").value;
  if (schema["type"] === "array") {
    const items = partSchema(context, schema["items"] ?? {}, encoding);
    return items === schema["items"] ? member : { ...schema, items };
  }
  const type = stringOf(encoding["contentType"]) ?? stringOf(schema["contentMediaType"]) ?? "";
  const isText = /json|^text\/|xml|urlencoded/.test(type);
  const isUntyped = TYPING.every((keyword) => schema[keyword] === undefined);
  if ((isUntyped && !isText) || (isBytes(schema) && schema["format"] !== "binary" && !isText)) {
    const { type: _type, ...rest } = schema;
    return { ...rest, type: "string", format: "binary" };
  }
  return member;
}

/** The fields of a server-sent event (HTML standard, section 9.2.6). */
const EVENT_FIELDS = new Set(["event", "data", "id", "retry", "comment"]);

/** What an item of a stream is: its schema, and how much of the event the item carries. */
export function streamForm(
  context: ModelContext,
  kind: "events" | "lines",
  stated: unknown,
  isItems: boolean,
): { item: unknown; carries: StreamItem | undefined } {
  if (stated === undefined) return { item: undefined, carries: undefined };
  const schema = context.resolve(stated, "").value;
  // Before 3.2 a schema could only describe the whole: a list of the items, or what most write, one of them.
  const list =
    !isItems && schema["type"] === "array" && schema["items"] !== undefined ? schema["items"] : stated;
  if (kind === "lines") return { item: list, carries: undefined };
  const item = context.resolve(list, "").value;
  const isOne = isEvent(item, isItems);
  const variants = [...arrayOf(item["oneOf"]), ...arrayOf(item["anyOf"])].map(
    (it) => context.resolve(it, "").value,
  );
  const first = isOne ? item : variants.find((variant) => isEvent(variant, isItems));
  if (!first) {
    const isText = item["type"] === "string" && item["contentSchema"] === undefined;
    return { item: list, carries: isText ? "text" : undefined };
  }
  const data = context.resolve(objectOf(first["properties"])["data"], "").value;
  const isText = data["type"] === "string" && data["contentSchema"] === undefined;
  return { item: isOne ? withReadData(item, list) : list, carries: isText ? "textEvent" : "event" };
}

/** An event whose data is JSON in a text (`contentSchema`), as it is once that is read. */
function withReadData(event: JsonObject, stated: unknown): unknown {
  const properties = objectOf(event["properties"]);
  const content = objectOf(properties["data"])["contentSchema"];
  return content === undefined ? stated : { ...event, properties: { ...properties, data: content } };
}

function isEvent(schema: JsonObject, isItems: boolean): boolean {
  const names = Object.keys(objectOf(schema["properties"]));
  return (
    names.includes("data") && names.every((name) => EVENT_FIELDS.has(name)) && (isItems || names.length > 1)
  );
}
