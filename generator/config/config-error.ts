import { existsSync, readFileSync } from "node:fs";

import type { ErrorObject } from "ajv/dist/2020.js";

import { UserError, type Place } from "../base/user-error.js";
import { valueAt } from "../base/json.js";
import { nearest } from "../base/nearest.js";

/** A step from a config's value to a part of it: a member's name or an index. */
export type Path = readonly (string | number)[];

/** An error in a config, with the place of what is wrong where the file has it as plain text. */
export async function configError(
  file: string | undefined,
  path: Path,
  message: string,
  remedy: string,
): Promise<UserError> {
  const place = file === undefined ? undefined : await placeIn(file, path);
  return new UserError("config", message, remedy, place);
}

/** What a failed schema says, in words, and where. The error that is nearest to the top decides. */
export function explain(
  errors: readonly ErrorObject[],
  value: unknown,
  schema: unknown,
): { path: Path; message: string; remedy: string } {
  // Of an `anyOf`, the branches' own errors say less than the whole.
  const whole = errors.find(({ keyword }) => keyword === "anyOf");
  // A misspelt option is often the one that is missing.
  const unknown = errors.find(({ keyword }) => keyword === "additionalProperties");
  const error = whole ?? unknown ?? errors[0];
  const steps = (error?.instancePath ?? "").split("/").slice(1).map(unescaped);
  const name = steps.length === 0 ? "" : steps.join(".");
  const where = name === "" ? "the object" : `\`${name}\``;
  const at = steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const { keyword, params = {}, message = "is wrong", schemaPath = "" } = error ?? {};
  if (keyword === "additionalProperties") {
    const extra = String(params["additionalProperty"]);
    const parent = valueAt(schema, schemaPath.split("/").slice(1, -1).map(unescaped));
    const known = Object.keys(Object(Object(parent).properties));
    return {
      path: [...at, extra],
      message: `There is no option \`${[...steps, extra].join(".")}\`.`,
      remedy: suggestion(extra, known),
    };
  }
  if (keyword === "required") {
    const missing = String(params["missingProperty"]);
    return { path: at, message: `${where} lacks \`${missing}\`.`, remedy: `Add \`${missing}\`.` };
  }
  const found = valueAt(value, steps);
  const shown = typeof found === "function" ? "a function" : (JSON.stringify(found) ?? "undefined");
  const wanted = keyword === "anyOf" ? "is none of what it may be" : message;
  return {
    path: at,
    message: `${where} ${wanted}: ${shown.length > 60 ? `${shown.slice(0, 57)}…` : shown}.`,
    remedy:
      "Correct the value; the type SpecwrightConfig and `specwright build --help` tell what is allowed.",
  };
}

/** The nearest of the known names, if one is near, and all of them. */
export function suggestion(name: string, known: readonly string[]): string {
  const all = known.filter((each) => each !== "$schema");
  const best = nearest(name, all);
  const list = all.map((each) => `\`${each}\``).join(", ");
  if (best !== undefined) return `Did you mean \`${best}\`? Known are ${list}.`;
  return all.length === 0 ? "Remove it." : `Known are ${list}.`;
}

function unescaped(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

/**
 * Where a part of a config stands in its file: the deepest step that can be found in the text. The TypeScript compiler is
 * loaded only here, for an error.
 */
export async function placeIn(file: string, path: Path): Promise<Place | undefined> {
  if (!existsSync(file)) return undefined;
  const { default: ts } = await import("typescript");
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith(".json") ? ts.ScriptKind.JSON : ts.ScriptKind.TS,
  );
  type Node = import("typescript").Node;
  type Expression = import("typescript").Expression;
  const initial = source.statements.find(
    (statement) =>
      ts.isExportAssignment(statement) || (ts.isExpressionStatement(statement) && file.endsWith(".json")),
  );
  if (!initial || !(ts.isExportAssignment(initial) || ts.isExpressionStatement(initial)))
    return { file, line: 1, column: 1 };
  const declared = (name: string): Expression | undefined => {
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const own = statement.declarationList.declarations.find((each) => each.name.getText() === name);
      if (own?.initializer) return own.initializer;
    }
    return undefined;
  };
  /** What an expression says as a literal: its own object or list, that of a variable, or the first argument of a call. */
  const literal = (node: Expression): Expression => {
    if (ts.isCallExpression(node)) return node.arguments[0] ? literal(node.arguments[0]) : node;
    if (ts.isIdentifier(node)) {
      const value = declared(node.text);
      return value ? literal(value) : node;
    }
    const isWrapped =
      ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node);
    return isWrapped ? literal(node.expression) : node;
  };
  let node: Node = literal(initial.expression);
  let shown: Node = node;
  for (const step of path) {
    let next: Expression | undefined;
    if (ts.isObjectLiteralExpression(node)) {
      const member = node.properties.find((each) => {
        return (
          each.name !== undefined &&
          (ts.isIdentifier(each.name) || ts.isStringLiteral(each.name)) &&
          each.name.text === step
        );
      });
      if (!member) break;
      shown = member;
      next = ts.isPropertyAssignment(member) ? member.initializer : undefined;
    } else if (ts.isArrayLiteralExpression(node) && typeof step === "number") {
      next = node.elements[step];
      shown = next ?? shown;
    }
    if (!next) break;
    node = literal(next);
  }
  const { line, character } = source.getLineAndCharacterOfPosition(shown.getStart());
  return { file, line: line + 1, column: character + 1 };
}
