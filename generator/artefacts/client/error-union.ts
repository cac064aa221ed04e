import type { Operation, Response } from "../../model/api-model.js";
import { errorClassOf, failuresOf } from "../../model/outcomes.js";
import { code, joined, typeFrom, type Code } from "../../kit/typescript/code.js";
import { stringLiteral } from "../../kit/typescript/literals.js";
import { primary, union } from "../../kit/typescript/types.js";
import { resultType } from "./body-forms.js";
import type { OwnTypes } from "./own-types.js";

/**
 * An operation's error type: one class for each declared failure, with its codes, its body and its status, so that a
 * comparison with any of these narrows the type to it.
 */
export function errorUnion(operation: Operation, types: OwnTypes): Code {
  const failures = failuresOf(operation);
  const members = failures.map((response) => {
    const codes = response.errorCodes.map(stringLiteral).join(" | ") || "string";
    const name = errorClassOf(response.status);
    // The other classes are those of a single status.
    const hasStatus = name === "ServerError" || name === "StatusError";
    const status = hasStatus ? [statusType(response.status, failures)] : [];
    return code`${errorType(name)}<${joined([codes, errorBody(response, types), ...status], ", ")}>`;
  });
  const rest = errorType("ClientError");
  const declared = joined(
    failures.map(({ status }) => rangeType(status)),
    " | ",
  );
  return union([...members, failures.length > 0 ? code`${rest}<${declared}>` : rest].map(primary)).code;
}

/** The statuses that a response stands for, without those that have a response of their own. */
function statusType(status: string, failures: readonly Response[]): Code {
  const range = rangeType(status);
  if (/^\d+$/.test(status)) return range;
  const apart = failures
    .filter((other) => other.status !== status)
    .filter((other) => status === "default" || other.status.startsWith(status.charAt(0)))
    .map((other) => rangeType(other.status));
  return apart.length > 0 ? code`Exclude<${range}, ${joined(apart, " | ")}>` : range;
}

/** `404`, `4XX` and `default` as a type. */
function rangeType(status: string): Code {
  if (/^\d+$/.test(status)) return code`${status}`;
  const all = errorType("ErrorStatus");
  return status === "default" ? all : code`${all}<${status.charAt(0)}>`;
}

function errorType(name: string): Code {
  return typeFrom("./runtime/errors.js", name);
}

function errorBody(response: Response, types: OwnTypes): Code {
  const content = response.contents.find(({ kind }) => kind === "json");
  if (!content) return code`unknown`;
  return resultType(content, types, `${types.stem}${response.status}Body`);
}
