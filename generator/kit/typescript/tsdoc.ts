import type { ErrorCode, Operation } from "../../model/api-model.js";

/** What is said of one argument. */
export interface ArgumentDoc {
  readonly name: string;
  readonly text: string;
}

/** Turns lines into a TSDoc comment, indented as given. Nothing in them can end it early. */
export function tsdoc(lines: readonly string[], indent = ""): string {
  const safe = trimmed(lines.flatMap((line) => line.split(/\r\n|[\r\n\u2028\u2029]/))).map((line) =>
    line.replaceAll("*/", "*\\/").trimEnd(),
  );
  if (safe.length === 0) return "";
  if (safe.length === 1) return `${indent}/** ${safe[0]} */\n`;
  return `${indent}/**\n${safe.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("")}${indent} */\n`;
}

/** Text from a spec: a line that starts with `@` is no tag. */
export function prose(text: string | undefined): string[] {
  if (text === undefined) return [];
  return text.split("\n").map((line) => line.replace(/^(\s*)@/, "$1\\@"));
}

/** The comment of an operation: its own words, its arguments, its errors, and the request behind it. */
export function operationDoc(
  operation: Operation,
  argumentDocs: readonly ArgumentDoc[],
  catalogue: ReadonlyMap<string, ErrorCode>,
  indent = "",
): string {
  const summary = sentence(operation.summary ?? `${operation.method} ${operation.path}`);
  const description = operation.description === operation.summary ? [] : prose(operation.description);
  const codes = [...new Set(operation.responses.flatMap((response) => response.errorCodes))];
  const parameters = argumentDocs.map(({ name, text }) => `@param ${name} - ${oneLine(text)}`);
  const errors = codes.map(
    (code) => `@throws \`${code}\`: ${sentence(catalogue.get(code)?.title ?? "see the API's documentation")}`,
  );
  return tsdoc(
    [
      ...prose(summary),
      ...(description.length > 0 ? ["", ...description] : []),
      "",
      `\`${operation.method} ${operation.path.replaceAll("`", "'")}\``,
      ...(parameters.length + errors.length > 0 ? [""] : []),
      ...parameters,
      ...errors,
      ...(operation.deprecated
        ? ["@deprecated The API's description marks this operation as deprecated."]
        : []),
    ],
    indent,
  );
}

function sentence(text: string): string {
  const trimmedText = text.trim();
  return /[.!?:]$/.test(trimmedText) ? trimmedText : `${trimmedText}.`;
}

/** The first paragraph of a text, on one line. */
export function oneLine(text: string): string {
  return (text.trim().split(/\n\s*\n/)[0] ?? "").replace(/\s+/g, " ").trim();
}

function trimmed(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line.trim() !== "");
  const end = lines.findLastIndex((line) => line.trim() !== "");
  return start < 0 ? [] : lines.slice(start, end + 1);
}
