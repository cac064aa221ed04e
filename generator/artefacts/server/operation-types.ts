import type { Content, Operation, Parameter, Response } from "../../model/api-model.js";
import { failuresOf } from "../../model/outcomes.js";
import { defaultOf } from "../../model/resolve.js";
import { code, joined, typeFrom, type Code } from "../../kit/typescript/code.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import { parameterDoc } from "../../kit/typescript/schema-doc.js";
import type { ServerScope } from "./scope.js";

/** The members of an operation's request type. */
export function requestMembers(operation: Operation, scope: ServerScope): Code[] {
  const places = [
    ["path", "path", ""],
    ["query", "query", "/** Decoded, with defaults filled in. */\n"],
    ["header", "headers", "/** Those that the operation declares. */\n"],
    ["cookie", "cookies", "/** Those that the operation declares. */\n"],
  ] as const;
  return places.map(([place, member, doc]) => {
    const own = operation.parameters.filter((parameter) => parameter.in === place);
    if (own.length === 0) return code`readonly ${member}: Readonly<Record<string, never>>;`;
    const members = joined(
      own.map((parameter) => parameterMember(parameter, scope)),
      "\n",
    );
    return code`${doc}readonly ${member}: {\n${members}\n};`;
  });
}

function parameterMember(parameter: Parameter, { printer }: ServerScope): Code {
  const { name, schema, required } = parameter;
  const isPresent = required || defaultOf(schema, printer.index.schemas) !== undefined;
  return code`${parameterDoc(parameter)}readonly ${propertyName(name)}${isPresent ? "" : "?"}: ${printer.of(schema)};`;
}

/** The type of a request's body: a member, or alternatives told apart by `mediaType`. */
export function bodyType({ body }: Operation, scope: ServerScope): Code {
  if (!body || body.contents.length === 0) return code`{ readonly body: undefined }`;
  const absent = body.required ? "" : " | undefined";
  const [only, ...others] = body.contents;
  if (only && others.length === 0) return code`{ readonly body: ${requestBodyType(only, scope)}${absent} }`;
  const alternatives = body.contents.map(
    (content) =>
      code`{ readonly mediaType: ${stringLiteral(content.mediaType)}; readonly body: ${requestBodyType(content, scope)} }`,
  );
  if (!body.required) alternatives.push(code`{ readonly mediaType: undefined; readonly body: undefined }`);
  return code`(${joined(alternatives, " | ")})`;
}

function requestBodyType({ kind, schema }: Content, { printer }: ServerScope): Code {
  switch (kind) {
    case "binary":
      return code`Blob`;
    case "multipart":
      return code`FormData`;
    case "text":
    case "events":
      return code`string`;
    case "lines":
      return code`(${printer.of(schema ?? true)})[]`;
    default:
      return printer.of(schema ?? true);
  }
}

/** What a handler may answer: one member for each success and each of its media types. */
export function outputType({ responses }: Operation, scope: ServerScope): Code {
  const successes = responses.filter(({ status }) => /^[123]/.test(status));
  const declared = successes.length > 0 ? successes : responses.filter(({ status }) => status === "default");
  if (declared.length === 0) return code`{ readonly status: number }`;
  return joined(
    declared.flatMap((response) => outputMembers(response, scope)),
    " | ",
  );
}

function outputMembers({ status, headers, contents }: Response, scope: ServerScope): Code[] {
  const number = /^\d+$/.test(status) ? status : "number";
  const names = headers.map(({ name }) => stringLiteral(name)).join(" | ");
  const declared =
    names === ""
      ? ""
      : code`; readonly headers?: ${typeFrom("./runtime/handler.js", "DeclaredHeaders")}<${names}>`;
  if (contents.length === 0) return [code`{ readonly status: ${number}${declared} }`];
  return contents.map((content, index) => {
    const isDefault = index === 0;
    const choice =
      contents.length === 1
        ? ""
        : `; readonly mediaType${isDefault ? "?" : ""}: ${stringLiteral(content.mediaType)}`;
    const body = responseBodyType(content, scope);
    return code`{ readonly status: ${number}${choice}; readonly body: ${body}${declared} }`;
  });
}

function responseBodyType({ kind, schema }: Content, { printer }: ServerScope): Code {
  if (kind === "text") return code`string`;
  if (kind === "events") return code`string | ReadableStream<Uint8Array>`;
  if (kind === "lines") {
    const item = printer.of(schema ?? true);
    return code`Iterable<${item}> | AsyncIterable<${item}> | string | ReadableStream<Uint8Array>`;
  }
  if (kind !== "json") return typeFrom("./runtime/handler.js", "BinaryBody");
  return printer.of(schema ?? true);
}

/** The codes by which a handler may fail; statuses where the spec declares an error without codes. */
export function codeType(operation: Operation): string {
  const members = failuresOf(operation).flatMap(({ status, errorCodes }) => {
    if (errorCodes.length > 0) return errorCodes.map(stringLiteral);
    return [/^\d+$/.test(status) ? status : "number"];
  });
  return [...new Set(members)].join(" | ") || "never";
}
