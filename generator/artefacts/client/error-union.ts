import type { Operation, Response } from "../../model/api-model.js";
import { essenceOf } from "../../model/contents.js";
import { nameOf } from "../../model/schema-walk.js";
import type { Schema } from "../../model/schema.js";
import { responseType, type TypeScope } from "./bodies.js";
import { stringLiteral } from "../../kit/typescript/literals.js";

/** The runtime's error class of a status. */
const CLASSES: Readonly<Record<string, string>> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  403: "PermissionError",
  404: "NotFoundError",
  409: "ConflictError",
  412: "PreconditionFailedError",
  413: "PayloadTooLargeError",
  415: "UnsupportedMediaTypeError",
  422: "ValidationError",
  429: "RateLimitError",
};

/** The responses of an operation that are errors. */
export function failuresOf(operation: Operation): readonly Response[] {
  const hasSuccess = operation.responses.some(({ status }) => status.startsWith("2"));
  return operation.responses.filter(
    ({ status }) => /^[45]/.test(status) || (status === "default" && hasSuccess),
  );
}

/**
 * The members of an operation's error type: one class for each declared failure, with its codes, its body and its
 * status, so that a comparison with any of these narrows the type to it.
 */
export function errorUnion(operation: Operation, scope: TypeScope): string[] {
  const failures = failuresOf(operation);
  const members = failures.map((response) => {
    const codes = response.errorCodes.map(stringLiteral).join(" | ") || "string";
    const [own, ...status] = [CLASSES[response.status] ?? "", statusType(response.status, failures)];
    const name = own || (response.status.startsWith("5") ? "ServerError" : "StatusError");
    return `${name}<${[codes, errorBody(response, scope), ...(own ? [] : status)].join(", ")}>`;
  });
  const declared = failures.map(({ status }) => rangeType(status)).join(" | ");
  return [...new Set([...members, declared ? `ClientError<${declared}>` : "ClientError"])];
}

/** The statuses that a response stands for, without those that have a response of their own. */
function statusType(status: string, failures: readonly Response[]): string {
  const range = rangeType(status);
  if (/^\d+$/.test(status)) return range;
  const first = /^\d/.exec(status)?.[0] ?? "";
  const apart = failures
    .filter((other) => other.status !== status && (status === "default" || other.status.startsWith(first)))
    .map((other) => rangeType(other.status));
  return apart.length > 0 ? `Exclude<${range}, ${apart.join(" | ")}>` : range;
}

/** `404`, `4XX` and `default` as a type. */
function rangeType(status: string): string {
  if (status === "default") return "ErrorStatus";
  return /^\d+$/.test(status) ? status : `ErrorStatus<${status.charAt(0)}>`;
}

function errorBody(response: Response, scope: TypeScope): string {
  const content = response.contents.find(({ kind }) => kind === "json");
  return content ? responseType(content, response.status, scope) : "unknown";
}

/**
 * The codes that bodies need not repeat, by status: a response declares exactly one, and its body is not required to
 * name it.
 */
export function impliedCodes(
  operation: Operation,
  schemas: ReadonlyMap<string, Schema>,
): [status: string, implied: { code: string; mediaTypes: string[] }][] {
  return failuresOf(operation).flatMap(({ status, errorCodes: [code, ...others], contents }) => {
    const isNamed = contents.every(({ schema }) => requiresCode(schema, schemas));
    if (code === undefined || others.length > 0 || isNamed || !/^\d+$/.test(status)) return [];
    return [[status, { code, mediaTypes: contents.map(({ mediaType }) => essenceOf(mediaType)) }]];
  });
}

/** Whether each body of a schema has a member `code`, or one in its `error`. */
function requiresCode(schema: Schema | undefined, schemas: ReadonlyMap<string, Schema>, depth = 0): boolean {
  if (typeof schema !== "object" || depth > 10) return false;
  const { $ref, required = [], properties = {}, allOf = [] } = schema;
  if ($ref !== undefined) return requiresCode(schemas.get(nameOf($ref)), schemas, depth + 1);
  return (
    required.includes("code") ||
    (required.includes("error") && requiresCode(properties["error"], schemas, depth + 1)) ||
    allOf.some((part) => requiresCode(part, schemas, depth + 1))
  );
}
