import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { digestOf, readManifest, readRendered, sha256 } from "./manifest.js";

/** What a folder is made of. Nothing in it says where on a machine it lies, so that another clone has the same. */
export interface BuildInputs {
  /** The folder of the spec's root file. */
  readonly home: string;
  /** Everything else that shapes the output, as plain data without absolute paths. */
  readonly settings: unknown;
}

/** Whether a folder holds, file for file, what a build with these inputs would make of the sources as they are now. */
export function isCurrent(folder: string, inputs: BuildInputs): boolean {
  const manifest = readManifest(folder);
  const { sources } = manifest ?? {};
  if (!manifest || !Array.isArray(sources) || manifest.inputs !== hashOfInputs(inputs, sources)) return false;
  const rendered = readRendered(folder);
  if (manifest.rendered !== undefined && manifest.rendered !== digestOf(rendered)) return false;
  return Object.entries({ ...manifest.files, ...rendered }).every(([path, hash]) => {
    const file = join(folder, path);
    return existsSync(file) && sha256(readFileSync(file)) === hash;
  });
}

/** Absolute paths of the sources of an earlier build of the folder, if there was one. */
export function recordedSources(folder: string, home: string): readonly string[] {
  const { sources = [] } = readManifest(folder) ?? {};
  return sources.map((source) => resolve(home, source));
}

/** Sources as a manifest names them: relative to the home, with forward slashes, sorted. */
export function relativeSources(home: string, sources: readonly string[]): string[] {
  return [...new Set(sources)].map((source) => relative(home, source).split(sep).join("/")).sort();
}

/** SHA-256 over all inputs; `undefined` when a source is missing. */
export function hashOfInputs(
  { home, settings }: BuildInputs,
  sources: readonly string[],
): string | undefined {
  try {
    // Of what stands in a manifest, only texts can be paths; anything else ends here.
    const contents = sources.map((source) => [source, sha256(readFileSync(resolve(home, source)))]);
    return sha256(JSON.stringify([settings, generatorHash(), contents]));
  } catch {
    return undefined;
  }
}

let generator: string | undefined;

/** SHA-256 of the generator's own code and templates: another generator may make another output. */
function generatorHash(): string {
  const templates = fileURLToPath(new URL("../../templates/", import.meta.url));
  return (generator ??= sha256(
    [codeHash(), ...filesIn(templates).map((file) => sha256(readFileSync(file)))].join(),
  ));
}

/** The hash that was written when the code was compiled; the code's own where it runs from its sources. */
function codeHash(): string {
  const stamp = new URL("../generator.sha256", import.meta.url);
  if (existsSync(stamp)) return readFileSync(stamp, "utf8").trim();
  return sha256(
    filesIn(fileURLToPath(new URL("../", import.meta.url)))
      .map((file) => sha256(readFileSync(file)))
      .join(),
  );
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(map|d\.ts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
