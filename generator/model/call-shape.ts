/** How an operation is called, by the one rule that clients, samples and tools share. */
import type { Content, Operation, Parameter, RequestBody, Response } from "./api-model.js";
import { Namespace, valueIdentifier } from "./identifiers.js";
import { successesOf } from "./outcomes.js";

/**
 * The shape of a call: path parameters by position, then one object whose meaning depends on the HTTP method alone, then
 * options. A parameter or body that a later version of the spec adds never changes what an existing call means.
 */
export interface CallShape {
  /** Path parameters that callers give by position. */
  readonly path: readonly PathArgument[];
  /** What the object after them is: the query for methods that read or delete, else the body. */
  readonly argument: "query" | "body";
  /** Whether that object must be given. */
  readonly isArgumentRequired: boolean;
  readonly query: readonly Parameter[];
  readonly isQueryRequired: boolean;
  readonly body?: RequestBody;
  /** Those that callers set; the idempotency key is an option of its own. */
  readonly headers: readonly Parameter[];
  readonly cookies: readonly Parameter[];
  readonly areHeadersRequired: boolean;
  readonly areCookiesRequired: boolean;
  /** Path parameters that the client fills in (`x-client-default`); options of the same name come first. */
  readonly defaults: readonly Parameter[];
  /** Whether the options hold something that must be given. */
  readonly areOptionsRequired: boolean;
  readonly successes: readonly Response[];
  /** The contents of all successes. */
  readonly results: readonly { readonly status: string; readonly content: Content }[];
}

/** A path parameter with the name that it has as an argument. */
export interface PathArgument {
  /** A valid identifier, unique among the arguments. */
  readonly name: string;
  readonly parameter: Parameter;
}

/** Methods whose object is the query. */
const QUERY_METHODS = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Names that other arguments and what emitted code calls have. */
const ARGUMENTS = ["api", "body", "query", "options", "undefined", "call", "list"];

export function callShapeOf(operation: Operation): CallShape {
  const query = parametersIn(operation, "query");
  const headers = parametersIn(operation, "header");
  const cookies = parametersIn(operation, "cookie");
  const path = parametersIn(operation, "path");
  const { body } = operation;
  const argument = QUERY_METHODS.has(operation.method) ? "query" : "body";
  const isQueryRequired = query.some(isNeeded);
  const isBodyRequired = body?.required === true;
  const areHeadersRequired = headers.some(isNeeded);
  const areCookiesRequired = cookies.some(isNeeded);
  const successes = successesOf(operation);
  return {
    path: pathArguments(path, operation),
    argument,
    isArgumentRequired: argument === "query" ? isQueryRequired : isBodyRequired,
    query,
    isQueryRequired,
    ...(body ? { body } : {}),
    headers,
    cookies,
    areHeadersRequired,
    areCookiesRequired,
    defaults: operation.parameters.filter(({ clientDefault }) => clientDefault !== undefined),
    areOptionsRequired:
      areHeadersRequired || areCookiesRequired || (argument === "query" ? isBodyRequired : isQueryRequired),
    successes,
    results: successes.flatMap(({ status, contents }) => contents.map((content) => ({ status, content }))),
  };
}

/** An operation's parameters of one place, without the header that carries its idempotency key. */
export function parametersIn(operation: Operation, place: Parameter["in"]): readonly Parameter[] {
  const hidden = operation.policies.idempotency?.header.toLowerCase();
  return operation.parameters.filter(
    (parameter) => parameter.in === place && !(place === "header" && parameter.name.toLowerCase() === hidden),
  );
}

function pathArguments(path: readonly Parameter[], { names }: Operation): PathArgument[] {
  const taken = new Namespace([...ARGUMENTS, names.function, names.descriptor]);
  return path
    .filter(({ clientDefault }) => clientDefault === undefined)
    .map((parameter) => ({
      name: taken.claim(valueIdentifier(parameter.name, "value"), "Value"),
      parameter,
    }));
}

/** Whether a caller must give the parameter. */
function isNeeded({ required, clientDefault }: Parameter): boolean {
  return required && clientDefault === undefined;
}
