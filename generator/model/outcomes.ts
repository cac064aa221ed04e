/** How an operation can end: what follows from the responses that it declares. */
import { essenceOf } from "../base/media-type.js";
import type { ErrorCode, Operation, Response } from "./api-model.js";
import { nameOf } from "./schema-walk.js";
import type { Schema } from "./schema.js";

/** The responses that mean success: 2XX, or `default` where the spec declares no other. */
export function successesOf({ responses }: Operation): readonly Response[] {
  const successes = responses.filter(({ status }) => status.startsWith("2"));
  return successes.length > 0 ? successes : responses.filter(({ status }) => status === "default");
}

/** The responses that mean failure: 4XX, 5XX, and `default` where the spec declares a success besides. */
export function failuresOf({ responses }: Operation): readonly Response[] {
  const hasSuccess = responses.some(({ status }) => status.startsWith("2"));
  return responses.filter(({ status }) => /^[45]/.test(status) || (status === "default" && hasSuccess));
}

/** A code that bodies need not repeat, where one of these media types comes. */
export interface ImpliedCode {
  readonly code: string;
  readonly mediaTypes: readonly string[];
}

/** The implied codes of an operation, by status: a response declares exactly one, and no body is required to name it. */
export function impliedCodes(
  operation: Operation,
  schemas: ReadonlyMap<string, Schema>,
): readonly [status: string, implied: ImpliedCode][] {
  return failuresOf(operation).flatMap(({ status, errorCodes, contents }): [string, ImpliedCode][] => {
    const [code, ...others] = errorCodes;
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

/** Every code that an operation declares, with the status that it comes with there. */
export function statusByCode(
  operation: Operation,
  catalogue: ReadonlyMap<string, ErrorCode>,
): Readonly<Record<string, number>> {
  const entries = failuresOf(operation).flatMap(({ status, errorCodes }) =>
    errorCodes.map((code): [string, number] => {
      return [code, /^\d+$/.test(status) ? Number(status) : (catalogue.get(code)?.status ?? 500)];
    }),
  );
  return Object.fromEntries(entries);
}

/** Whether a success without a body is declared that its status alone does not tell (204 and 205 do). */
export function mayBeEmpty(operation: Operation): boolean {
  return successesOf(operation).some(
    ({ status, contents }) => contents.length === 0 && !/^20[45]$/.test(status),
  );
}

/** The conditional requests that an operation takes part in (RFC 9110, section 13). */
export interface Preconditions {
  /** Its success carries an ETag. */
  readonly etag: boolean;
  readonly ifMatch: boolean;
  readonly ifNoneMatch: boolean;
}

export function preconditionsOf(operation: Operation): Preconditions {
  const takes = (header: string): boolean =>
    operation.parameters.some(({ in: place, name }) => place === "header" && name.toLowerCase() === header);
  const headers = successesOf(operation).flatMap((response) => response.headers);
  return {
    etag: headers.some(({ name }) => name.toLowerCase() === "etag"),
    ifMatch: takes("if-match"),
    ifNoneMatch: takes("if-none-match"),
  };
}

/** The error class that every client's runtime has for a status. */
const ERROR_CLASSES: Readonly<Record<string, string>> = {
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

/** The name of the error class of a status, a range or `default`. */
export function errorClassOf(status: string): string {
  return ERROR_CLASSES[status] ?? (status.startsWith("5") ? "ServerError" : "StatusError");
}
