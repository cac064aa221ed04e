import type { ErrorCode, Operation, Response } from "../../model/api-model.js";
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

/** The members of an operation's error type: one class for each declared failure, with its codes and its body. */
export function errorUnion(operation: Operation, scope: TypeScope): string[] {
  const members = failuresOf(operation).map((response) => {
    const codes = response.errorCodes.map(stringLiteral).join(" | ") || "string";
    return `${errorClass(response.status)}<${codes}, ${errorBody(response, scope)}>`;
  });
  return [...new Set([...members, "ClientError"])];
}

function errorClass(status: string): string {
  return CLASSES[status] ?? (status.startsWith("5") ? "ServerError" : "StatusError");
}

function errorBody(response: Response, scope: TypeScope): string {
  const content = response.contents.find(({ kind }) => kind === "json");
  return content ? responseType(content, response.status, scope) : "unknown";
}

/**
 * The failures that the spec declares, each with the code that it stands for when a body names none; empty where there
 * is no such code. The runtime tells by them which statuses are expected.
 */
export function statusCodes(
  operation: Operation,
  catalogue: ReadonlyMap<string, ErrorCode>,
): [status: string, code: string][] {
  return failuresOf(operation).map(({ status, errorCodes }) => {
    const own = errorCodes.find((code) => String(catalogue.get(code)?.status) === status);
    return [status, own ?? errorCodes[0] ?? ""];
  });
}
