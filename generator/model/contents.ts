import { readExamples, readExtensions } from "./read-annotations.js";
import type { Content, ContentKind, Encoding } from "./api-model.js";
import { essenceOf } from "../base/media-type.js";
import type { Located, ModelContext } from "./context.js";
import { readHeaders } from "./headers.js";
import { compact, mapValues, objectOf, pointer, stringOf, type JsonObject } from "../base/json.js";
import type { SchemaReader } from "./schemas.js";

/** The forms of a body, the one that a client should prefer first. */
const PREFERENCE: readonly ContentKind[] = ["json", "form", "multipart", "text", "binary", "events"];

/** Reads a `content` map: media types, their schemas, encodings and examples. */
export function readContents(
  context: ModelContext,
  schemas: SchemaReader,
  content: unknown,
  at: string,
): Content[] {
  const contents = Object.entries(objectOf(content)).map(([mediaType, value]): Content => {
    const here = pointer(at, mediaType);
    const media = context.resolve(value, here);
    const stated = media.value["schema"] ?? media.value["itemSchema"];
    const schema = stated === undefined ? undefined : schemas.read(stated, pointer(media.pointer, "schema"));
    const kind = kindOf(mediaType, stated === undefined ? undefined : context.resolve(stated, here).value);
    return compact<Content>({
      mediaType: mediaType.trim(),
      kind,
      schema: schema ?? (kind === "binary" ? { type: "string", format: "binary" } : undefined),
      encoding: mapValues(objectOf(media.value["encoding"]), (encoding, name) =>
        readEncoding(context, schemas, {
          value: objectOf(encoding),
          pointer: pointer(media.pointer, "encoding", name),
        }),
      ),
      examples: readExamples(context, media.value, media.pointer),
      extensions: readExtensions(media.value),
    });
  });
  // Parameters of a media type do not make another body: `application/json; charset=utf-8` is JSON once.
  const seen = new Set<string>();
  const unique = contents.filter(({ mediaType }) => {
    const essence = essenceOf(mediaType);
    return !seen.has(essence) && seen.add(essence);
  });
  return unique.sort((a, b) => PREFERENCE.indexOf(a.kind) - PREFERENCE.indexOf(b.kind));
}

function kindOf(mediaType: string, schema: JsonObject | undefined): ContentKind {
  const essence = essenceOf(mediaType);
  if (essence === "text/event-stream") return "events";
  if (essence === "application/x-www-form-urlencoded") return "form";
  if (essence.startsWith("multipart/")) return "multipart";
  if (/ndjson|jsonl|json-seq|json-lines/.test(essence)) return "text";
  if (/[/+.-]json$/.test(essence)) return "json";
  if (/^text\/|[/+]xml$|yaml$|javascript$|graphql$/.test(essence)) return "text";
  return kindOfSchema(schema);
}

/** For media types that say nothing themselves, such as an image's, a vendor's or a range. */
function kindOfSchema(schema: JsonObject | undefined): ContentKind {
  if (schema === undefined || Object.keys(schema).length === 0) return "binary";
  if (schema["type"] !== "string") return "json";
  return schema["format"] === "binary" || typeof schema["contentMediaType"] === "string" ? "binary" : "text";
}

function readEncoding(context: ModelContext, schemas: SchemaReader, located: Located): Encoding {
  const encoding = located.value;
  const headers = readHeaders(context, schemas, located);
  const style = ["form", "spaceDelimited", "pipeDelimited", "deepObject"] as const;
  return compact<Encoding>({
    contentType: stringOf(encoding["contentType"]),
    style: style.find((name) => name === encoding["style"]),
    explode: typeof encoding["explode"] === "boolean" ? encoding["explode"] : undefined,
    headers: headers.length > 0 ? headers : undefined,
  });
}
