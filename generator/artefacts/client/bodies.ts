import type { Content, Operation, OperationNames } from "../../model/api-model.js";
import { successesOf } from "../../model/outcomes.js";
import { resolved, schemaAt, type Schemas } from "../../model/resolve.js";
import { tokensOf } from "../../base/json.js";
import { stringLiteral } from "../../kit/typescript/literals.js";
import { typeText } from "../../kit/typescript/type-text.js";

/** A form in which a body may be sent or read: its media types and the type of its value. */
export interface BodyForm {
  readonly kind: Content["kind"];
  /** What an item of a stream of events is. */
  readonly item?: Content["item"];
  /** All media types with this very type; the first is the default. */
  readonly mediaTypes: readonly string[];
  /** TypeScript. */
  readonly type: string;
}

/** What the texts of an operation's types need. */
export interface TypeScope {
  readonly names: ReadonlyMap<string, string>;
  readonly operation: OperationNames;
}

/** The forms of an operation's body, the default first; forms of the same type are one. */
export function requestForms(operation: Operation, scope: TypeScope): BodyForm[] {
  const forms = (operation.body?.contents ?? []).map((content) => {
    const type = requestType(content, operation, scope);
    return { kind: content.kind, mediaTypes: [content.mediaType], type };
  });
  return merged(forms);
}

/** The forms in which an operation answers on success, the default first. None: it does not say. */
export function responseForms(operation: Operation, scope: TypeScope): BodyForm[] {
  const successes = successesOf(operation);
  const isSometimesEmpty = successes.some(({ contents }) => contents.length === 0);
  const forms = successes.flatMap(({ status, contents }) =>
    contents.map((content) => ({
      kind: content.kind,
      item: content.item,
      mediaTypes: [content.mediaType],
      type: responseType(content, status, scope),
    })),
  );
  if (forms.length === 0)
    return successes.length === 0 ? [] : [{ kind: "json", mediaTypes: [], type: "void" }];
  return byKind(forms).map((form) =>
    isSometimesEmpty ? { ...form, type: `${form.type} | undefined` } : form,
  );
}

function requestType(content: Content, operation: Operation, scope: TypeScope): string {
  if (content.kind === "text" && content.schema === undefined) return "string";
  if (content.kind === "binary") return "BinaryBody";
  if (content.kind === "lines") return `JsonLines<${itemTypeOf(content, operation, scope)}>`;
  return itemTypeOf(content, operation, scope);
}

function itemTypeOf(content: Content, operation: Operation, scope: TypeScope): string {
  if (content.schema === undefined) return "unknown";
  const simple = typeText(content.schema, scope.names);
  if (simple !== undefined) return simple;
  const body = `operations[${stringLiteral(scope.operation.function)}]["requestBody"]`;
  const present = operation.body?.required ? body : `NonNullable<${body}>`;
  return `${present}["content"][${stringLiteral(content.mediaType)}]`;
}

/** The type of what one media type of one response is decoded to. */
export function responseType(content: Content, status: string, scope: TypeScope): string {
  if (content.kind === "binary") return "Blob";
  if (content.kind === "text") return "string";
  const data = jsonType(content, status, scope);
  return content.kind === "events" || content.kind === "lines" ? `EventStream<${data}>` : data;
}

function jsonType(content: Content, status: string, scope: TypeScope): string {
  if (content.schema === undefined) return content.kind === "events" ? "string" : "unknown";
  const simple = typeText(content.schema, scope.names);
  if (simple !== undefined) return simple;
  const key = /^\d+$/.test(status) ? status : stringLiteral(status);
  const responses = `operations[${stringLiteral(scope.operation.function)}]["responses"]`;
  return `${responses}[${key}]["content"][${stringLiteral(content.mediaType)}]`;
}

/** One form for each type, with all its media types. */
function merged(forms: readonly BodyForm[]): BodyForm[] {
  const byType = new Map<string, BodyForm>();
  for (const form of forms) {
    const key = `${form.kind === "events" || form.kind === "lines" ? form.kind : ""} ${form.type}`;
    const known = byType.get(key);
    const mediaTypes = [...new Set([...(known?.mediaTypes ?? []), ...form.mediaTypes])];
    byType.set(key, { ...(known ?? form), mediaTypes });
  }
  return [...byType.values()];
}

/** One form for each way of decoding: what a client can ask for by an Accept header and get a type of its own. */
function byKind(forms: readonly BodyForm[]): BodyForm[] {
  const kinds = new Map<string, BodyForm>();
  for (const form of forms) {
    const known = kinds.get(form.kind);
    const types = [...new Set([...(known ? [known.type] : []), form.type])];
    const mediaTypes = [...new Set([...(known?.mediaTypes ?? []), ...form.mediaTypes])];
    kinds.set(form.kind, { kind: form.kind, item: form.item, mediaTypes, type: types.join(" | ") });
  }
  return [...kinds.values()];
}

/** The type of one item of a page, found where the pagination policy points. */
export function itemType(operation: Operation, page: string, schemas: Schemas, scope: TypeScope): string {
  const tokens = tokensOf(operation.policies.pagination?.items ?? "");
  const content = successesOf(operation)[0]?.contents.find(({ kind }) => kind === "json");
  const schema = resolved(schemaAt(content?.schema, tokens, schemas), schemas);
  const text = schema?.items === undefined ? undefined : typeText(schema.items, scope.names);
  if (text !== undefined) return text;
  const list = tokens.reduce((type, token) => `NonNullable<${type}[${stringLiteral(token)}]>`, page);
  return `${list}[number]`;
}
