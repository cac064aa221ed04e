import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A file of hand-written TypeScript that becomes part of the client. */
export interface AdditionFile {
  /** Below the folder of additions, with forward slashes: `files.ts`. */
  readonly name: string;
  readonly text: string;
}

/** The TypeScript files of a folder of additions, in an order that does not depend on the file system; none: no folder. */
export function listAdditions(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.(d|test)\.ts$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** Reads the files that {@link listAdditions} found. */
export function readAdditions(folder: string, files: readonly string[]): AdditionFile[] {
  return files.map((file) => ({
    name: relative(folder, file).split(sep).join("/"),
    text: readFileSync(file, "utf8"),
  }));
}
