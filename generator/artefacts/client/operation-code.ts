import type { ApiModel, Operation, OperationNames, Parameter } from "../../model/api-model.js";
import type { ModelIndex } from "../../model/model-index.js";
import { itemType, type BodyForm, type TypeScope } from "./bodies.js";
import { errorUnion } from "./error-union.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import { parametersIn } from "../../model/call-shape.js";
import { baseOptions, hasOwnOptions, signatureOf, type Signature } from "./signature.js";
import { prose, tsdoc, type ArgumentDoc } from "../../kit/typescript/tsdoc.js";
import { typeText } from "../../kit/typescript/type-text.js";

/** What the emitters of a client share. */
export interface ClientScope {
  readonly model: ApiModel;
  readonly index: ModelIndex;
  /** The class of the client. */
  readonly client: string;
  /** The first line of every file. */
  readonly header: string;
}

/** One way to call an operation. */
export interface Overload {
  /** Arguments after `api`, with their types. */
  readonly parameters: string;
  readonly result: string;
}

/** The texts of one operation, from which its function and its method are put together. */
export interface OperationCode {
  readonly operation: Operation;
  readonly names: OperationNames;
  readonly signature: Signature;
  /** Types of its own, by name. */
  readonly aliases: readonly { readonly name: string; readonly doc: string; readonly type: string }[];
  readonly options: { readonly base: string; readonly members: readonly OptionMember[] } | undefined;
  readonly errors: readonly string[];
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

export interface OptionMember {
  readonly doc: string;
  readonly text: string;
}

export function operationCode(scope: ClientScope, operation: Operation): OperationCode {
  const { names } = operation;
  const types: TypeScope = { names: scope.index.typeNames, operation: names };
  const inline = signatureOf(operation, types);
  const { signature, aliases } = withAliases(inline, operation, names);
  const page = signature.results[0]?.type ?? "unknown";
  const isList = operation.policies.pagination !== undefined && page !== "void";
  const item = isList ? itemType(operation, page, scope.index.schemas, types) : undefined;
  const choices = overloadsOf(signature, names, item);
  const [only] = choices;
  const implementation = choices.length === 1 && only ? only : implementationOf(signature, names);
  return {
    operation,
    names,
    signature,
    aliases,
    options: optionsOf(operation, signature, types),
    errors: errorUnion(operation, types),
    overloads: choices.length > 1 ? choices : [],
    implementation,
    argumentDocs: argumentDocs(operation, signature),
    argumentNames: argumentNames(signature),
    input: inputText(signature),
    isList,
  };
}

/** Gives names to types that only the generated schema types can tell. */
function withAliases(
  signature: Signature,
  operation: Operation,
  names: OperationNames,
): Pick<OperationCode, "signature" | "aliases"> {
  const aliases: { name: string; doc: string; type: string }[] = [];
  if (parametersIn(operation, "query").length > 0) {
    const query = `operations[${stringLiteral(names.function)}]["parameters"]["query"]`;
    aliases.push({
      name: names.query,
      doc: `Query parameters of {@link ${names.function}}.`,
      type: `NonNullable<${query}>`,
    });
  }
  const named = (forms: readonly BodyForm[], name: string, doc: string): readonly BodyForm[] => {
    const [first, ...others] = forms;
    if (!first || !/\boperations\[/.test(first.type)) return forms;
    aliases.push({ name, doc: `${doc} {@link ${names.function}}.`, type: first.type });
    return [{ ...first, type: name }, ...others];
  };
  const body = signature.body && {
    ...signature.body,
    forms: named(signature.body.forms, names.body, "The body of"),
  };
  const results = named(signature.results, names.response, "What comes back from");
  return { signature: { ...signature, body, results }, aliases };
}

/** One overload for each choice of body and of answer; the default needs no option. */
function overloadsOf(signature: Signature, names: OperationNames, item: string | undefined): Overload[] {
  const bodies: readonly (BodyForm | undefined)[] = signature.body ? signature.body.forms : [undefined];
  return bodies.flatMap((body, bodyIndex) =>
    signature.results.map((result, resultIndex) => {
      const choices = [
        ...(bodyIndex > 0 && body ? [`contentType: ${body.mediaTypes.map(stringLiteral).join(" | ")}`] : []),
        ...(resultIndex > 0 ? [`accept: ${result.mediaTypes.map(stringLiteral).join(" | ")}`] : []),
      ];
      const options =
        choices.length === 0
          ? signature.options.type
          : `${signature.options.type} & { ${choices.join("; ")} }`;
      const isRequired = choices.length > 0 || signature.options.required;
      const isPage = item !== undefined && resultIndex === 0;
      return {
        parameters: parametersText(signature, body?.type, options, isRequired),
        result: isPage
          ? `ListCall<${result.type}, ${item}, ${names.error}>`
          : `Call<${result.type}, ${names.error}>`,
      };
    }),
  );
}

function implementationOf(signature: Signature, names: OperationNames): Overload {
  const body = signature.body && [...new Set(signature.body.forms.map(({ type }) => type))].join(" | ");
  const results = [...new Set(signature.results.map(({ type }) => type))].join(" | ");
  const options = `${signature.options.type} & { contentType?: string; accept?: string }`;
  return {
    parameters: parametersText(signature, body, options, false),
    result: `Call<${results}, ${names.error}>`,
  };
}

function parametersText(
  signature: Signature,
  body: string | undefined,
  options: string,
  isRequired: boolean,
): string {
  const { query } = signature;
  // An argument before a required one can't be left out, only given as undefined.
  const optional = (type: string, name: string, mayOmit: boolean): string => {
    return mayOmit ? `${name}?: ${type}` : `${name}: ${type} | undefined`;
  };
  return [
    ...signature.positional.map(({ name, type }) => `${name}: ${type}`),
    ...(signature.body && body !== undefined
      ? [signature.body.required ? `body: ${body}` : optional(body, "body", !isRequired)]
      : []),
    ...(query && !signature.body
      ? [query.required ? `query: ${query.type}` : optional(query.type, "query", !isRequired)]
      : []),
    isRequired ? `options: ${options}` : `options?: ${options}`,
  ].join(", ");
}

function argumentNames(signature: Signature): string[] {
  const second = signature.body ? ["body"] : signature.query ? ["query"] : [];
  return [...signature.positional.map(({ name }) => name), ...second, "options"];
}

function inputText(signature: Signature): string {
  const path = signature.positional.map(({ wireName, name }) => {
    return wireName === name ? name : `${propertyName(wireName)}: ${name}`;
  });
  const members = [
    ...(signature.positional.length > 0 ? [`path: { ${path.join(", ")} }`] : []),
    ...(signature.body ? ["body"] : signature.query ? ["query"] : []),
  ];
  return `{ ${members.join(", ")} }`;
}

function argumentDocs(operation: Operation, signature: Signature): ArgumentDoc[] {
  const positional = signature.positional.map(({ name, doc }) => ({ name, text: doc }));
  if (signature.body) {
    return [...positional, { name: "body", text: operation.body?.description ?? "What is sent." }];
  }
  return signature.query
    ? [...positional, { name: "query", text: "What narrows or shapes the answer." }]
    : positional;
}

/** The options that only this operation has. */
function optionsOf(operation: Operation, signature: Signature, types: TypeScope): OperationCode["options"] {
  if (!hasOwnOptions(operation)) return undefined;
  const members: OptionMember[] = [];
  if (signature.body && signature.query) {
    const text = `query${signature.query.required ? "" : "?"}: ${signature.query.type}`;
    members.push({ doc: tsdoc(["Query parameters."], "  "), text });
  }
  const headers = parametersIn(operation, "header");
  if (headers.length > 0) members.push(groupOf("headers", headers, types, ` & CallOptions["headers"]`));
  const cookies = parametersIn(operation, "cookie");
  if (cookies.length > 0) members.push(groupOf("cookies", cookies, types, ""));
  const mediaTypes = signature.body?.forms[0]?.mediaTypes ?? [];
  if (mediaTypes.length > 1) {
    const text = `contentType?: ${mediaTypes.map(stringLiteral).join(" | ")}`;
    members.push({
      doc: tsdoc([`The media type of the body; \`${mediaTypes[0]}\` unless given.`], "  "),
      text,
    });
  }
  return { base: baseOptions(operation), members };
}

/** Parameters that travel in the options, such as headers, as one object. */
function groupOf(
  name: string,
  parameters: readonly Parameter[],
  types: TypeScope,
  suffix: string,
): OptionMember {
  const isRequired = parameters.some(({ required }) => required);
  const members = parameters.map((parameter) => {
    const type = typeText(parameter.schema, types.names) ?? fallbackType(parameter, types);
    const doc = tsdoc(prose(parameter.description), "    ");
    return `${doc}    ${propertyName(parameter.name)}${parameter.required ? "" : "?"}: ${type};\n`;
  });
  return {
    doc: tsdoc(
      [name === "headers" ? "Headers of this operation, and others." : "Cookies of this operation."],
      "  ",
    ),
    text: `${name}${isRequired ? "" : "?"}: {\n${members.join("")}  }${suffix}`,
  };
}

function fallbackType({ in: place, name }: Parameter, types: TypeScope): string {
  const group = `operations[${stringLiteral(types.operation.function)}]["parameters"][${stringLiteral(place)}]`;
  return `NonNullable<${group}>[${stringLiteral(name)}]`;
}
