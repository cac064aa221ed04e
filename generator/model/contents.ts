import { essenceOf } from "../base/media-type.js";
import { readExamples, readExtensions } from "./read-annotations.js";
import type { Content, ContentKind, Encoding } from "./api-model.js";
import { kindOf, partSchemas, streamForm } from "./content-kinds.js";
import type { Located, ModelContext } from "./context.js";
import { readHeaders } from "./headers.js";
import { arrayOf, compact, mapValues, objectOf, pointer, stringOf } from "../base/json.js";
import type { Schema } from "./schema.js";
import type { SchemaReader } from "./schemas.js";

/** The forms of a body, the one that a client should prefer first. */
const PREFERENCE: readonly ContentKind[] = ["json", "form", "multipart", "text", "binary", "events", "lines"];

const BYTES: Schema = { type: "string", format: "binary" };

/** Reads a `content` map: media types, their schemas, encodings and examples. */
export function readContents(
  context: ModelContext,
  schemas: SchemaReader,
  content: unknown,
  at: string,
): Content[] {
  const contents = Object.entries(objectOf(content)).map(([mediaType, value]) =>
    readContent(context, schemas, mediaType, context.resolve(value, pointer(at, mediaType))),
  );
  return withoutTwins(contents).sort((a, b) => PREFERENCE.indexOf(a.kind) - PREFERENCE.indexOf(b.kind));
}

/** Reads one media type. */
function readContent(
  context: ModelContext,
  schemas: SchemaReader,
  mediaType: string,
  media: Located,
): Content {
  const { value, pointer: at } = media;
  const key = value["schema"] === undefined && value["itemSchema"] !== undefined ? "itemSchema" : "schema";
  const stated = value[key];
  const here = pointer(at, key);
  const raw = stated === undefined ? undefined : context.resolve(stated, here).value;
  const kind = kindOf(mediaType, raw, key === "itemSchema");
  const common = {
    mediaType: mediaType.trim(),
    kind,
    encoding: mapValues(objectOf(value["encoding"]), (encoding, name) =>
      readEncoding(context, schemas, { value: objectOf(encoding), pointer: pointer(at, "encoding", name) }),
    ),
    examples: readExamples(context, value, at),
    extensions: readExtensions(value),
  };
  const read = (schema: unknown): Schema | undefined =>
    schema === undefined ? undefined : schemas.read(schema, here);
  switch (kind) {
    case "binary":
      return compact<Content>({ ...common, schema: BYTES });
    case "multipart":
      return compact<Content>({
        ...common,
        schema: read(partSchemas(context, stated, objectOf(value["encoding"]))),
        prefixEncoding: encodings(context, schemas, value["prefixEncoding"], pointer(at, "prefixEncoding")),
        itemEncoding: encodings(context, schemas, [value["itemEncoding"]], pointer(at, "itemEncoding"))?.[0],
      });
    case "text": {
      // What is written as text is given and had as text; its structure is for readers.
      const isText =
        raw === undefined ||
        raw["type"] === "string" ||
        (raw["type"] === undefined && raw["properties"] === undefined);
      const schema = read(stated);
      return compact<Content>({
        ...common,
        schema: isText ? schema : { type: "string" },
        structure: isText ? undefined : schema,
      });
    }
    case "events":
    case "lines": {
      const form = streamForm(context, kind, stated, key === "itemSchema");
      return compact<Content>({ ...common, schema: read(form.item), item: form.carries });
    }
    default:
      return compact<Content>({ ...common, schema: read(stated) });
  }
}

function encodings(
  context: ModelContext,
  schemas: SchemaReader,
  stated: unknown,
  at: string,
): Encoding[] | undefined {
  const list = arrayOf(stated).filter((it) => it !== undefined);
  if (list.length === 0) return undefined;
  return list.map((it, index) =>
    readEncoding(context, schemas, { value: objectOf(it), pointer: pointer(at, index) }),
  );
}

/** Parameters of a media type make no other body: `application/json; charset=utf-8` is JSON once, with its schema. */
function withoutTwins(contents: readonly Content[]): Content[] {
  const byEssence = new Map<string, Content>();
  for (const content of contents) {
    const essence = essenceOf(content.mediaType);
    const known = byEssence.get(essence);
    if (!known || (known.schema === undefined && content.schema !== undefined))
      byEssence.set(essence, content);
  }
  return [...byEssence.values()];
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
