import type { Operation, Response } from "../../model/api-model.js";
import { errorClassOf, failuresOf } from "../../model/outcomes.js";
import { responseType, type TypeScope } from "./bodies.js";
import { stringLiteral } from "../../kit/typescript/literals.js";

/** The members of an operation's error type: one class for each declared failure, with its codes and its body. */
export function errorUnion(operation: Operation, scope: TypeScope): string[] {
  const members = failuresOf(operation).map((response) => {
    const codes = response.errorCodes.map(stringLiteral).join(" | ") || "string";
    return `${errorClassOf(response.status)}<${codes}, ${errorBody(response, scope)}>`;
  });
  return [...new Set([...members, "ClientError"])];
}

function errorBody(response: Response, scope: TypeScope): string {
  const content = response.contents.find(({ kind }) => kind === "json");
  return content ? responseType(content, response.status, scope) : "unknown";
}
