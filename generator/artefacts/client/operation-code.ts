import type { ApiModel, Operation, OperationNames } from "../../model/api-model.js";
import { callShapeOf, type CallShape } from "../../model/call-shape.js";
import type { ModelIndex } from "../../model/model-index.js";
import { memberOf, resolved, schemaAt } from "../../model/resolve.js";
import type { Schema } from "../../model/schema.js";
import { tokensOf } from "../../base/json.js";
import { code, joined, typeFrom, type Code } from "../../kit/typescript/code.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import type { ArgumentDoc } from "../../kit/typescript/tsdoc.js";
import type { TypePrinter } from "../../kit/typescript/type-printer.js";
import { primary, union } from "../../kit/typescript/types.js";
import { itemType, requestForms, resultForms, type BodyForm } from "./body-forms.js";
import { descriptorOf } from "./descriptor.js";
import { errorUnion } from "./error-union.js";
import { isShort, OwnTypes } from "./own-types.js";

/** What the emitters of a client share. */
export interface ClientScope {
  readonly model: ApiModel;
  readonly index: ModelIndex;
  readonly printer: TypePrinter;
  /** The class of the client. */
  readonly client: string;
  /** The first line of every file. */
  readonly header: string;
}

/** One way to call an operation. */
export interface Overload {
  /** Arguments after `api`, with their types. */
  readonly parameters: Code;
  readonly result: Code;
}

/** The code of one operation, from which its function and its method are put together. */
export interface OperationCode {
  readonly operation: Operation;
  readonly descriptor: Code;
  /** Types of its own, and their names. */
  readonly declarations: readonly Code[];
  readonly typeNames: readonly string[];
  /** The types that stand for schemas without a name. */
  readonly bySchema: ReadonlyMap<Schema, Code>;
  /** Empty where there is no choice. */
  readonly overloads: readonly Overload[];
  /** The signature that covers all overloads; the only one where there is no choice. */
  readonly implementation: Overload;
  readonly argumentDocs: readonly ArgumentDoc[];
  /** The arguments' names, for passing them on. */
  readonly argumentNames: readonly string[];
  /** The object that the runtime is given. */
  readonly input: string;
  /** Whether the result is a list that goes on. */
  readonly isList: boolean;
}

/** The types of a call, from which its overloads are made. */
interface CallTypes {
  readonly shape: CallShape;
  readonly path: readonly { readonly name: string; readonly type: Code }[];
  readonly query: Code | undefined;
  /** Empty: the operation takes no body. */
  readonly bodies: readonly BodyForm[];
  readonly options: Code;
  readonly results: readonly BodyForm[];
  /** The result that a body asks for whose member `stream` is true. */
  readonly streamed: BodyForm | undefined;
  readonly error: Code;
  /** The type of an item, where the result is a list. */
  readonly item: Code | undefined;
}

/** @param module - the module of the operation, from `src/`. */
export function operationCode(scope: ClientScope, operation: Operation, module: string): OperationCode {
  const own = new OwnTypes(scope.printer, module, operation.names.response.replace(/Response\d*$/, ""));
  const types = callTypes(operation, own);
  const { shape } = types;
  const choices = overloadsOf(types);
  const [only] = choices;
  return {
    operation,
    descriptor: descriptorOf(operation, types.results, scope.index.schemas),
    declarations: own.declarations,
    typeNames: own.names,
    bySchema: own.bySchema,
    overloads: choices.length > 1 ? choices : [],
    implementation: choices.length === 1 && only ? only : implementationOf(types),
    argumentDocs: argumentDocs(shape),
    argumentNames: [...shape.path.map(({ name }) => name), shape.argument, "options"],
    input: inputText(shape),
    isList: types.item !== undefined,
  };
}

function callTypes(operation: Operation, own: OwnTypes): CallTypes {
  const shape = callShapeOf(operation);
  const { names } = operation;
  const query = shape.query.length === 0 ? undefined : own.ofParameters(shape.query, names.query);
  const bodies = requestForms(shape, own, names.body);
  const results = resultForms(shape, own, names.response);
  const page = results[0];
  const isList =
    operation.policies.pagination !== undefined && page !== undefined && page.type.text !== "void";
  return {
    shape,
    path: shape.path.map(({ name, parameter: { schema } }) => ({
      name,
      type: pathType(schema, own.printer),
    })),
    query,
    bodies,
    options: optionsType(
      shape,
      query,
      bodies,
      results.length === 1 ? (results[0]?.mediaTypes ?? []) : [],
      own,
      names,
    ),
    results,
    streamed: streamedResult(operation, results, own),
    error: own.alias(names.error, errorUnion(operation, own)),
    item: isList ? pageItem(operation, shape, page.type, own) : undefined,
  };
}

/** Many APIs answer by a stream when the body says so, in a member that has become a convention. */
function streamedResult(
  { body }: Operation,
  results: readonly BodyForm[],
  own: OwnTypes,
): BodyForm | undefined {
  const { schemas } = own.printer.index;
  const isAsked = memberOf(body?.contents[0]?.schema, "stream", schemas) !== undefined;
  return isAsked
    ? results.find(({ kind }, index) => index > 0 && (kind === "events" || kind === "lines"))
    : undefined;
}

/** What may stand in a path is a text at least. */
function pathType(schema: Schema, printer: TypePrinter): Code {
  const type = printer.of(schema);
  return type.text === "unknown" ? code`string` : type;
}

/** The type of an item of a page: that of its schema, else what the page has where the pagination policy points. */
function pageItem({ policies }: Operation, shape: CallShape, page: Code, { printer }: OwnTypes): Code {
  const path = tokensOf(policies.pagination?.items ?? "");
  const content = shape.results.find(({ content: { kind } }) => kind === "json")?.content;
  const { schemas } = printer.index;
  const items = resolved(schemaAt(content?.schema, path, schemas), schemas)?.items;
  const type = items === undefined ? undefined : printer.of(items);
  return type && isShort(type) ? type : itemType(page, path);
}

/** The options that only this operation has; else those that all share. */
function optionsType(
  shape: CallShape,
  query: Code | undefined,
  bodies: readonly BodyForm[],
  accepted: readonly string[],
  own: OwnTypes,
  names: OperationNames,
): Code {
  const base =
    shape.defaults.length > 0
      ? typeFrom("./options.js", "RequestOptions")
      : typeFrom("./runtime/options.js", "CallOptions");
  const members: Code[] = [];
  const optional = (isRequired: boolean, type: Code): Code =>
    isRequired ? code`: ${type};` : code`?: ${type} | undefined;`;
  if (shape.argument === "body" && query) members.push(code`query${optional(shape.isQueryRequired, query)}`);
  const [body] = bodies;
  if (shape.argument === "query" && body)
    members.push(code`body${optional(shape.body?.required === true, bodyUnion(bodies))}`);
  if (shape.headers.length > 0) {
    const value = typeFrom("./runtime/options.js", "HeaderValue");
    const headers = own.ofParameters(shape.headers, names.headers, [
      code`/** Any other header. */\n[name: string]: ${value};`,
    ]);
    members.push(code`headers${optional(shape.areHeadersRequired, headers)}`);
  }
  if (shape.cookies.length > 0) {
    members.push(
      code`cookies${optional(shape.areCookiesRequired, own.ofParameters(shape.cookies, names.cookies))}`,
    );
  }
  const mediaTypes = body?.mediaTypes ?? [];
  if (mediaTypes.length > 1) {
    const doc = `/** The media type of the body; \`${mediaTypes[0] ?? ""}\` unless given. */\n`.replace(
      "*/*",
      "*\\/*",
    );
    members.push(code`${doc}contentType?: ${mediaTypes.map(stringLiteral).join(" | ")} | undefined;`);
  }
  if (accepted.length > 1) {
    const doc = `/** The media type of the answer; \`${accepted[0] ?? ""}\` unless given. */\n`.replace(
      "*/*",
      "*\\/*",
    );
    members.push(code`${doc}accept?: ${accepted.map(stringLiteral).join(" | ")} | undefined;`);
  }
  return members.length === 0 ? base : own.interface(names.options, code`extends ${base}`, members);
}

function bodyUnion(forms: readonly BodyForm[]): Code {
  return union(forms.map(({ type }) => primary(type))).code;
}

/** One overload for each choice of body and of answer; the default needs no option. */
function overloadsOf(types: CallTypes): Overload[] {
  const { shape, results } = types;
  const bodies = shape.argument === "body" && types.bodies.length > 0 ? types.bodies : [undefined];
  const plain = bodies.flatMap((body, bodyIndex) =>
    results.map((result, resultIndex) => {
      const choices = [
        ...(bodyIndex > 0 && body ? [`contentType: ${body.mediaTypes.map(stringLiteral).join(" | ")}`] : []),
        ...(resultIndex > 0 ? [`accept: ${result.mediaTypes.map(stringLiteral).join(" | ")}`] : []),
      ];
      const options =
        choices.length === 0 ? types.options : code`${types.options} & { ${choices.join("; ")} }`;
      const isRequired = choices.length > 0 || shape.areOptionsRequired;
      const isPage = types.item !== undefined && resultIndex === 0;
      return {
        parameters: parametersOf(
          types,
          bodyOf(types, body, bodyIndex + resultIndex === 0),
          options,
          isRequired,
        ),
        result: isPage
          ? code`${typeFrom("./runtime/list.js", "ListCall")}<${result.type}, ${types.item ?? ""}, ${types.error}>`
          : code`${typeFrom("./runtime/call.js", "Call")}<${result.type}, ${types.error}>`,
      };
    }),
  );
  const { streamed } = types;
  const [body] = types.bodies;
  const [first] = types.results;
  if (!streamed || !body || !first) return plain;
  const call = typeFrom("./runtime/call.js", "Call");
  const overload = (type: Code, result: Code): Overload => ({
    parameters: parametersOf(types, type, types.options, shape.areOptionsRequired),
    result: code`${call}<${result}, ${types.error}>`,
  });
  const either = union([primary(first.type), primary(streamed.type)]).code;
  return [
    overload(code`(${body.type}) & { stream: true }`, streamed.type),
    ...plain,
    // Where only the run tells.
    overload(body.type, either),
  ];
}

/** The body of an overload; that of the first, where a body may ask for a stream, asks for none. */
function bodyOf({ streamed }: CallTypes, body: BodyForm | undefined, isFirst: boolean): Code | undefined {
  if (!streamed || !body || !isFirst) return body?.type;
  return code`(${body.type}) & { stream?: false | null | undefined }`;
}

function implementationOf(types: CallTypes): Overload {
  const results = union(types.results.map(({ type }) => primary(type))).code;
  const options = code`${types.options} & { contentType?: string; accept?: string }`;
  const body =
    types.shape.argument === "body" && types.bodies.length > 0 ? bodyUnion(types.bodies) : undefined;
  return {
    parameters: parametersOf(types, body, options, false),
    result: code`${typeFrom("./runtime/call.js", "Call")}<${results}, ${types.error}>`,
  };
}

/** Path parameters, then the one object, which is there also where the operation takes none, then options. */
function parametersOf(
  types: CallTypes,
  body: Code | undefined,
  options: Code,
  areOptionsRequired: boolean,
): Code {
  const { argument, isArgumentRequired } = types.shape;
  const type = argument === "body" ? body : types.query;
  const object = type ?? code`undefined`;
  // An argument before a required one can't be left out, only given as undefined.
  const second = isArgumentRequired
    ? code`${argument}: ${object}`
    : areOptionsRequired
      ? code`${argument}: ${union([primary(object), primary("undefined")]).code}`
      : code`${argument}?: ${object}`;
  return joined(
    [
      ...types.path.map(({ name, type: it }) => code`${name}: ${it}`),
      second,
      areOptionsRequired ? code`options: ${options}` : code`options?: ${options}`,
    ],
    ", ",
  );
}

function inputText(shape: CallShape): string {
  const path = shape.path.map(({ name, parameter }) => {
    return parameter.name === name ? name : `${propertyName(parameter.name)}: ${name}`;
  });
  return `{ ${[...(path.length > 0 ? [`path: { ${path.join(", ")} }`] : []), shape.argument].join(", ")} }`;
}

function argumentDocs({ path, argument, body }: CallShape): ArgumentDoc[] {
  const positional = path.map(({ name, parameter }) => ({ name, text: parameter.description ?? "" }));
  const object = { name: "body", text: argument === "body" ? (body?.description ?? "") : "" };
  return [...positional, object].filter(({ text }) => text !== "");
}
