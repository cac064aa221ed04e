import { readFileSync } from "node:fs";

import { specError } from "./diagnostic.js";

/** The text of a file of the spec. @throws SpecError when it is missing, no file, unreadable or not UTF-8. */
export function readSpecFile(file: string): string {
  const bytes = readBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const line = lineOfInvalidByte(bytes);
    throw specError("utf-8", "The file is not valid UTF-8.", "Save it as UTF-8.", { file, line, column: 1 });
  }
}

function readBytes(file: string): Buffer {
  const start = { file, line: 1, column: 1 };
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw specError(
        "file-exists",
        `There is no file ${file}.`,
        "Check the path; it is relative to the working folder.",
        start,
      );
    }
    if (code === "EISDIR") {
      throw specError(
        "file-exists",
        `${file} is a folder.`,
        "Name the spec's root file, such as openapi.yaml.",
        start,
      );
    }
    if (code === "EACCES" || code === "EPERM") {
      throw specError("file-readable", `${file} may not be read.`, "Grant read access to it.", start);
    }
    throw error;
  }
}

/** The line of the first byte that does not decode. */
function lineOfInvalidByte(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
    line += 1;
  }
  return line;
}
