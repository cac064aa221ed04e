import type { Operation, Response } from "../../model/api-model.js";
import { errorClassOf, failuresOf } from "../../model/outcomes.js";
import { code, typeFrom, type Code } from "../../kit/typescript/code.js";
import { stringLiteral } from "../../kit/typescript/literals.js";
import { primary, union } from "../../kit/typescript/types.js";
import { resultType } from "./body-forms.js";
import type { OwnTypes } from "./own-types.js";

/** An operation's error type: one class for each declared failure, with its codes and its body. */
export function errorUnion(operation: Operation, types: OwnTypes): Code {
  const members = failuresOf(operation).map((response) => {
    const codes = response.errorCodes.map(stringLiteral).join(" | ") || "string";
    return code`${errorType(errorClassOf(response.status))}<${codes}, ${errorBody(response, types)}>`;
  });
  return union([...members, errorType("ClientError")].map(primary)).code;
}

function errorType(name: string): Code {
  return typeFrom("./runtime/errors.js", name);
}

function errorBody(response: Response, types: OwnTypes): Code {
  const content = response.contents.find(({ kind }) => kind === "json");
  if (!content) return code`unknown`;
  return resultType(content, types, `${types.stem}${response.status}Body`);
}
