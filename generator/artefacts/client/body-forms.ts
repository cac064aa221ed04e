import type { Content } from "../../model/api-model.js";
import type { CallShape } from "../../model/call-shape.js";
import { resolved, type Schemas } from "../../model/resolve.js";
import { code, typeFrom, type Code } from "../../kit/typescript/code.js";
import { grouped, primary, union } from "../../kit/typescript/types.js";
import type { OwnTypes } from "./own-types.js";

/** A form in which a body may be sent or read: its media types and the type of its value. */
export interface BodyForm {
  readonly kind: Content["kind"];
  /** What an item of a stream of events is. */
  readonly item?: Content["item"];
  /** All media types with this very type; the first is the default. */
  readonly mediaTypes: readonly string[];
  readonly type: Code;
}

/** The forms of an operation's body, the default first; forms of the same type are one. */
export function requestForms({ body }: CallShape, types: OwnTypes, name: string): BodyForm[] {
  const forms = new Map<string, BodyForm>();
  for (const content of body?.contents ?? []) {
    const type = requestType(content, types, name);
    const isStream = content.kind === "events" || content.kind === "lines";
    const key = `${isStream ? content.kind : ""} ${type.text}`;
    const known = forms.get(key);
    const mediaTypes = [...new Set([...(known?.mediaTypes ?? []), content.mediaType])];
    forms.set(key, { kind: known?.kind ?? content.kind, type, mediaTypes });
  }
  return [...forms.values()];
}

/**
 * The forms in which an operation answers on success, the default first: one for each way of decoding, which a client can
 * ask for by an Accept header and get a type of its own.
 */
export function resultForms({ successes, results }: CallShape, types: OwnTypes, name: string): BodyForm[] {
  if (successes.length === 0) return [{ kind: "binary", mediaTypes: ["*/*"], type: code`unknown` }];
  if (results.length === 0) return [{ kind: "json", mediaTypes: [], type: code`void` }];
  const kinds = new Map<string, BodyForm>();
  for (const { content } of results) {
    const type = resultType(content, types, name);
    const known = kinds.get(content.kind);
    kinds.set(content.kind, {
      kind: content.kind,
      item: content.item,
      type: known ? union([primary(known.type), primary(type)]).code : type,
      mediaTypes: [...new Set([...(known?.mediaTypes ?? []), content.mediaType])],
    });
  }
  const isSometimesEmpty = successes.some(({ contents }) => contents.length === 0);
  return [...kinds.values()].map((form) =>
    isSometimesEmpty ? { ...form, type: union([primary(form.type), primary("undefined")]).code } : form,
  );
}

function requestType(content: Content, types: OwnTypes, name: string): Code {
  if (content.kind === "binary") return typeFrom("./runtime/body.js", "BinaryBody");
  if (content.kind === "text" && !isText(content, types.printer.index.schemas)) return code`string`;
  const type = content.schema === undefined ? code`unknown` : types.of(content.schema, name);
  return content.kind === "lines" ? code`${typeFrom("./runtime/body.js", "JsonLines")}<${type}>` : type;
}

/** The type of what one media type of a response is decoded to. */
export function resultType({ kind, schema }: Content, types: OwnTypes, name: string): Code {
  if (kind === "binary") return code`Blob`;
  if (kind === "text") return code`string`;
  const data =
    schema === undefined ? code`${kind === "events" ? "string" : "unknown"}` : types.of(schema, name);
  if (kind !== "events" && kind !== "lines") return data;
  if (kind === "lines") return code`AsyncIterable<${data}>`;
  return code`${typeFrom("./runtime/streams.js", "EventStream")}<${data}>`;
}

function isText({ schema }: Content, schemas: Schemas): boolean {
  return schema !== undefined && resolved(schema, schemas)?.type === "string";
}

/** The type of an item of a page: that of its schema, else the member of the page that the policy points to. */
export function itemType(page: Code, path: readonly string[]): Code {
  const list = path.reduce((type, token) => code`NonNullable<${type}[${JSON.stringify(token)}]>`, page);
  return code`${grouped(primary(list))}[number]`;
}
