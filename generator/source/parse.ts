import { parseTree, printParseErrorCode, type ParseError } from "jsonc-parser";
import { LineCounter, parseDocument } from "yaml";

import { specError, SpecError, type Diagnostic } from "./diagnostic.js";

/** JSON or YAML, told by what the text starts with rather than by the file's name. */
export function isJson(text: string): boolean {
  return /^\uFEFF?\s*[{[]/.test(text);
}

/** The value of a JSON or YAML text. @throws SpecError with the line and column of what cannot be read. */
export function parseText(text: string, file: string): unknown {
  return isJson(text) ? parseJson(text, file) : parseYaml(text, file);
}

function parseJson(text: string, file: string): unknown {
  const body = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(body);
  } catch {
    const errors: ParseError[] = [];
    parseTree(body, errors);
    const [first] = errors;
    // YAML's flow style looks like JSON, but allows more.
    if (!file.endsWith(".json")) return parseYaml(text, file);
    const { line, column } = positionAt(body, first?.offset ?? 0);
    const reason = first ? sentence(printParseErrorCode(first.error)) : "This is no JSON.";
    throw specError(
      "json-syntax",
      reason,
      "Mend the JSON there; a trailing comma or a missing quote is likely.",
      {
        file,
        line,
        column,
      },
    );
  }
}

function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  if (document.errors.length > 0) {
    throw new SpecError(
      document.errors.slice(0, 5).map((error): Diagnostic => {
        const { line, col } = lines.linePos(error.pos[0]);
        return {
          severity: "error",
          rule: "yaml-syntax",
          message: sentence(error.message),
          remedy: "Mend the YAML there; indentation, a tab or an unquoted colon is likely.",
          location: { file, line, column: col },
        };
      }),
    );
  }
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw specError("yaml-aliases", sentence(reason), "Write the values out, or use $ref.", {
      file,
      line: 1,
      column: 1,
    });
  }
}

/** The line and column, from 1, of an offset in a text. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

function sentence(text: string): string {
  const plain = text
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .trim();
  return /[.!?]$/.test(plain) ? plain : `${plain}.`;
}
