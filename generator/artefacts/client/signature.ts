import type { Operation, Parameter } from "../../model/api-model.js";
import { requestForms, responseForms, type BodyForm, type TypeScope } from "./bodies.js";
import { Namespace, valueIdentifier } from "../../model/identifiers.js";
import { parametersIn } from "../../model/call-shape.js";
import { typeText } from "../../kit/typescript/type-text.js";
import { stringLiteral } from "../../kit/typescript/literals.js";

/** A path parameter that callers give by position. */
export interface Positional {
  /** As the spec calls it. */
  readonly wireName: string;
  /** The argument's identifier. */
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}

/** How an operation is called, by the one rule: path parameters, then the body or the query, then options. */
export interface Signature {
  readonly positional: readonly Positional[];
  readonly query: { readonly type: string; readonly required: boolean } | undefined;
  readonly body: { readonly forms: readonly BodyForm[]; readonly required: boolean } | undefined;
  readonly options: { readonly type: string; readonly required: boolean };
  /** At least one; the default first. */
  readonly results: readonly BodyForm[];
}

/** Names that mean something else inside an emitted function. */
const ARGUMENTS = ["api", "body", "query", "options", "undefined", "call", "list"];

export function signatureOf(operation: Operation, scope: TypeScope): Signature {
  const query = parametersIn(operation, "query");
  const body = operation.body;
  const results = responseForms(operation, scope);
  return {
    positional: positionalParameters(operation, scope),
    query: query.length === 0 ? undefined : { type: scope.operation.query, required: query.some(isNeeded) },
    body: body ? { forms: requestForms(operation, scope), required: body.required } : undefined,
    options: { type: optionsType(operation, scope), required: hasRequiredOption(operation) },
    results: results.length > 0 ? results : [{ kind: "binary", mediaTypes: ["*/*"], type: "unknown" }],
  };
}

function optionsType(operation: Operation, scope: TypeScope): string {
  return hasOwnOptions(operation) ? scope.operation.options : baseOptions(operation);
}

/** The options that an operation shares with others. */
export function baseOptions(operation: Operation): "RequestOptions" | "CallOptions" {
  return operation.parameters.some(({ clientDefault }) => clientDefault !== undefined)
    ? "RequestOptions"
    : "CallOptions";
}

function positionalParameters(operation: Operation, scope: TypeScope): Positional[] {
  const taken = new Namespace([...ARGUMENTS, scope.operation.function, scope.operation.descriptor]);
  return parametersIn(operation, "path")
    .filter(({ clientDefault }) => clientDefault === undefined)
    .map(({ name, schema, description }) => ({
      wireName: name,
      name: taken.claim(valueIdentifier(name, "value"), "Value"),
      type: pathType(name, typeText(schema, scope.names), scope),
      doc: description ?? `The \`${name.replaceAll("`", "'")}\` of the path.`,
    }));
}

function pathType(name: string, text: string | undefined, scope: TypeScope): string {
  if (text !== undefined && text !== "unknown") return text;
  if (text === "unknown") return "string";
  return `operations[${stringLiteral(scope.operation.function)}]["parameters"]["path"][${stringLiteral(name)}]`;
}

/** Whether a caller must give the parameter. */
function isNeeded({ required, clientDefault }: Parameter): boolean {
  return required && clientDefault === undefined;
}

/** Whether the options hold something that only this operation has. */
export function hasOwnOptions(operation: Operation): boolean {
  const hasQuery = operation.body !== undefined && parametersIn(operation, "query").length > 0;
  const hasOthers = parametersIn(operation, "header").length + parametersIn(operation, "cookie").length > 0;
  return hasQuery || hasOthers || operation.body?.contents.some((_, index) => index > 0) === true;
}

function hasRequiredOption(operation: Operation): boolean {
  const others = [...parametersIn(operation, "header"), ...parametersIn(operation, "cookie")];
  const query = operation.body === undefined ? [] : parametersIn(operation, "query");
  return [...others, ...query].some(isNeeded);
}
