import { readFileSync } from "node:fs";

import { specError } from "./diagnostic.js";
import { isUrl } from "./places.js";

/** The spec that is read from standard input, and the name that it has in messages. */
export const STDIN = "-";
export const STDIN_NAME = "stdin";

/** How long a server may take to send a file of the spec, in milliseconds. */
const FETCH_MS = 30_000;

/**
 * The text of a file of the spec, from disk, from standard input (`-`) or from a URL.
 *
 * @throws SpecError when it is missing, unreadable or not UTF-8.
 */
export async function readSpecText(
  file: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  if (isUrl(file)) return fetchText(file, headers);
  if (file !== STDIN) return readSpecFile(file);
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return textOf(Buffer.concat(chunks), STDIN_NAME);
}

async function fetchText(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const start = { file: url, line: 1, column: 1 };
  let response: Response;
  let bytes: Uint8Array;
  try {
    const accept = "application/vnd.oai.openapi, application/yaml, application/json, */*;q=0.1";
    response = await fetch(url, { headers: { accept, ...headers }, signal: AbortSignal.timeout(FETCH_MS) });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    // The message of what was thrown may quote a header.
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    const message = isLate ? `${url} did not answer within 30 s.` : `${url} cannot be reached.`;
    throw specError("url-readable", message, "Check the URL and the network, or download the file.", start);
  }
  if (response.ok) return textOf(bytes, url);
  const remedy = /^40[13]$/.test(String(response.status))
    ? 'Give the credential that it asks for: --header "Authorization: Bearer …".'
    : "Check the URL; it must lead to the document itself.";
  const rule = response.status === 404 ? "file-exists" : "url-readable";
  throw specError(rule, `${url} answers ${response.status}.`, remedy, start);
}

/** The text of a file of the spec. @throws SpecError when it is missing, no file, unreadable or not UTF-8. */
export function readSpecFile(file: string): string {
  return textOf(readBytes(file), file);
}

function textOf(bytes: Uint8Array, file: string): string {
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
function lineOfInvalidByte(bytes: Uint8Array): number {
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
