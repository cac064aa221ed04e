import type { Content, Operation, Parameter, Response } from "../../model/api-model.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import { prose, tsdoc } from "../../kit/typescript/tsdoc.js";
import { typeText } from "../../kit/typescript/type-text.js";
import { defaultOf } from "../../model/resolve.js";
import type { ServerScope } from "./scope.js";

/** The members of an operation's request type. */
export function requestMembers(operation: Operation, scope: ServerScope): { doc: string; text: string }[] {
  const places = [
    ["path", "path", "What the path names."],
    ["query", "query", "The query, decoded, with defaults filled in."],
    ["header", "headers", "The headers that the operation declares."],
    ["cookie", "cookies", "The cookies that the operation declares."],
  ] as const;
  return places.map(([place, member, doc]) => {
    const own = operation.parameters.filter((parameter) => parameter.in === place);
    const members = own.map((parameter) => parameterMember(parameter, operation, scope)).join("\n");
    const type = own.length === 0 ? "Readonly<Record<string, never>>" : `{\n${members}\n}`;
    return { doc: tsdoc([doc], "  "), text: `readonly ${member}: ${type};` };
  });
}

function parameterMember(parameter: Parameter, operation: Operation, scope: ServerScope): string {
  const { name, schema, required, description, deprecated } = parameter;
  const isPresent = required || defaultOf(schema, scope.index.schemas) !== undefined;
  const type = typeText(schema, scope.index.typeNames) ?? indexed(parameter, operation);
  const doc = tsdoc([...prose(description), ...(deprecated ? ["", "@deprecated"] : [])], "    ");
  return `${doc}readonly ${propertyName(name)}${isPresent ? "" : "?"}: ${type};`;
}

function indexed({ name, in: place }: Parameter, operation: Operation): string {
  const parameters = `NonNullable<${operationType(operation)}["parameters"][${stringLiteral(place)}]>`;
  return `NonNullable<${parameters}[${stringLiteral(name)}]>`;
}

function operationType({ names }: Operation): string {
  return `operations[${stringLiteral(names.function)}]`;
}

/** The type of a request's body: a member, or alternatives told apart by `mediaType`. */
export function bodyType(operation: Operation, scope: ServerScope): string {
  const { body } = operation;
  if (!body || body.contents.length === 0) return "{ readonly body: undefined }";
  const absent = body.required ? "" : " | undefined";
  const members = body.contents.map((content) => {
    const type = requestBodyType(content, operation, scope);
    return { mediaType: stringLiteral(content.mediaType), type };
  });
  const [only, ...others] = members;
  if (only && others.length === 0) return `{ readonly body: ${only.type}${absent} }`;
  const alternatives = members.map(
    ({ mediaType, type }) => `{ readonly mediaType: ${mediaType}; readonly body: ${type} }`,
  );
  if (!body.required) alternatives.push("{ readonly mediaType: undefined; readonly body: undefined }");
  return `(${alternatives.join(" | ")})`;
}

function requestBodyType(content: Content, operation: Operation, scope: ServerScope): string {
  switch (content.kind) {
    case "binary":
      return "Blob";
    case "multipart":
      return "FormData";
    case "text":
    case "events":
      return "string";
    case "lines":
      return `(${bodyItemType(content, operation, scope)})[]`;
    default:
      return bodyItemType(content, operation, scope);
  }
}

function bodyItemType(content: Content, operation: Operation, scope: ServerScope): string {
  if (content.schema === undefined) return "unknown";
  const body = `${operationType(operation)}["requestBody"]`;
  const present = operation.body?.required ? body : `NonNullable<${body}>`;
  return (
    typeText(content.schema, scope.index.typeNames) ??
    `${present}["content"][${stringLiteral(content.mediaType)}]`
  );
}

/** What a handler may answer: one member for each success and each of its media types. */
export function outputType(operation: Operation, scope: ServerScope): string[] {
  const successes = operation.responses.filter(({ status }) => /^[123]/.test(status));
  const declared =
    successes.length > 0 ? successes : operation.responses.filter(({ status }) => status === "default");
  if (declared.length === 0) return ["{ readonly status: number }"];
  return declared.flatMap((response) => outputMembers(response, operation, scope));
}

function outputMembers(response: Response, operation: Operation, scope: ServerScope): string[] {
  const { status, contents } = response;
  const code = /^\d+$/.test(status) ? status : "number";
  const names = response.headers.map(({ name }) => stringLiteral(name)).join(" | ");
  const headers = names === "" ? "" : `; readonly headers?: DeclaredHeaders<${names}>`;
  if (contents.length === 0) return [`{ readonly status: ${code}${headers} }`];
  return contents.map((content, index) => {
    const isDefault = index === 0;
    const choice =
      contents.length === 1
        ? ""
        : `; readonly mediaType${isDefault ? "?" : ""}: ${stringLiteral(content.mediaType)}`;
    const body = responseBodyType(content, response, operation, scope);
    return `{ readonly status: ${code}${choice}; readonly body: ${body}${headers} }`;
  });
}

function responseBodyType(
  content: Content,
  { status }: Response,
  operation: Operation,
  scope: ServerScope,
): string {
  if (content.kind === "text") return "string";
  if (content.kind === "events") return "string | ReadableStream<Uint8Array>";
  if (content.kind === "lines") {
    const item = responseItemType(content, status, operation, scope);
    return `Iterable<${item}> | AsyncIterable<${item}> | string | ReadableStream<Uint8Array>`;
  }
  return content.kind === "json" ? responseItemType(content, status, operation, scope) : "BinaryBody";
}

function responseItemType(
  content: Content,
  status: string,
  operation: Operation,
  scope: ServerScope,
): string {
  if (content.schema === undefined) return "unknown";
  const key = /^\d+$/.test(status) ? status : stringLiteral(status);
  const indexedType = `${operationType(operation)}["responses"][${key}]["content"]`;
  return (
    typeText(content.schema, scope.index.typeNames) ?? `${indexedType}[${stringLiteral(content.mediaType)}]`
  );
}

/** The codes by which a handler may fail; statuses where the spec declares an error without codes. */
export function codeType(operation: Operation): string {
  const failures = operation.responses.filter(({ status }) => /^[45]|^default$/.test(status));
  const members = failures.flatMap(({ status, errorCodes }) => {
    if (errorCodes.length > 0) return errorCodes.map(stringLiteral);
    return [/^\d+$/.test(status) ? status : "number"];
  });
  return [...new Set(members)].join(" | ") || "never";
}
