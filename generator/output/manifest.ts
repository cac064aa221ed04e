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
}

export const MANIFEST = ".specwright.json";

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
