import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A text file that an artefact reads besides the spec. */
export interface InputFile {
  /** Below the folder that was asked for, with forward slashes: `files.ts`. */
  readonly name: string;
  readonly text: string;
}

/** The files at a path, in an order that does not depend on the file system: itself, all below it, or none. */
export function listInputs(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Reads the files that {@link listInputs} finds at a path. */
export function readInputs(path: string): InputFile[] {
  return listInputs(path).map((file) => ({
    name: relative(path, file).split(sep).join("/"),
    text: readFileSync(file, "utf8"),
  }));
}
