import type { Operation } from "../../model/api-model.js";

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

/** The comment of an operation: its own words, the request behind it, and its arguments. */
export function operationDoc(
  operation: Operation,
  argumentDocs: readonly ArgumentDoc[],
  indent = "",
): string {
  const { summary, description, method, path } = operation;
  const paragraphs = [
    summary === undefined ? [] : prose(sentence(summary)),
    description === summary ? [] : prose(description),
    [`\`${method} ${path.replaceAll("`", "'")}\``],
    [
      ...argumentDocs.map(({ name, text }) => `@param ${name} - ${oneLine(text)}`),
      ...(operation.deprecated
        ? ["@deprecated The API's description marks this operation as deprecated."]
        : []),
    ],
  ];
  return tsdoc(
    paragraphs
      .filter((lines) => lines.length > 0)
      .flatMap((lines, index) => (index === 0 ? lines : ["", ...lines])),
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
