import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The provenance of an output folder: what it was made of, and which files are Specwright's. */
export interface Manifest {
  /** Says to whoever finds the file what it is. */
  readonly generator: "specwright";
  /** SHA-256 over the settings, the generator and the contents of the sources; a build with the same inputs is skipped. */
  readonly inputs?: string;
  /** Every file that was read, relative to the folder of the spec's root file. */
  readonly sources?: readonly string[];
  /** SHA-256 of each file, by its path. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 over all rendered files and their paths; those may be left out of version control. */
  readonly rendered?: string;
}

export const MANIFEST = ".specwright.json";
/** The rendered files of a folder and their hashes. It is of use on this machine alone. */
export const RENDERED = ".specwright-rendered.json";

/** The rendered files that an earlier build left in a folder, with their hashes. */
export function readRendered(folder: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, RENDERED), "utf8"));
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter(([, hash]) => typeof hash === "string"));
  } catch {
    return {};
  }
}

/** One hash for many files. */
export function digestOf(hashes: Readonly<Record<string, string>>): string {
  return sha256(JSON.stringify(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The manifest of a folder; `undefined` where there is none that can be read. */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === "object" &&
    value !== null &&
    "generator" in value &&
    value.generator === "specwright" &&
    "files" in value &&
    typeof value.files === "object" &&
    value.files !== null
  );
}

/** SHA-256 of a text, hexadecimal. */
export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}
