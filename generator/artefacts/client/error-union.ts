import type { Operation, Response } from "../../model/api-model.js";
import { errorClassOf, failuresOf } from "../../model/outcomes.js";
import { responseType, type TypeScope } from "./bodies.js";
import { stringLiteral } from "../../kit/typescript/literals.js";

/**
 * The members of an operation's error type: one class for each declared failure, with its codes, its body and its
 * status, so that a comparison with any of these narrows the type to it.
 */
export function errorUnion(operation: Operation, scope: TypeScope): string[] {
  const failures = failuresOf(operation);
  const members = failures.map((response) => {
    const codes = response.errorCodes.map(stringLiteral).join(" | ") || "string";
    const name = errorClassOf(response.status);
    // The other classes are those of a single status.
    const hasStatus = name === "ServerError" || name === "StatusError";
    const status = hasStatus ? [statusType(response.status, failures)] : [];
    return `${name}<${[codes, errorBody(response, scope), ...status].join(", ")}>`;
  });
  const declared = failures.map(({ status }) => rangeType(status)).join(" | ");
  return [...new Set([...members, declared ? `ClientError<${declared}>` : "ClientError"])];
}

/** The statuses that a response stands for, without those that have a response of their own. */
function statusType(status: string, failures: readonly Response[]): string {
  const range = rangeType(status);
  if (/^\d+$/.test(status)) return range;
  const apart = failures
    .filter((other) => other.status !== status)
    .filter((other) => status === "default" || other.status.startsWith(status.charAt(0)))
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
