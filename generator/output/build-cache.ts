import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { readManifest, sha256 } from "./manifest.js";

/** What an earlier build of a folder was made of; kept outside the folder, since it is of no use to anyone else. */
interface CacheEntry {
  /** Absolute paths of everything that was read. */
  readonly sources: readonly string[];
  /** SHA-256 over settings, generator and the contents of the sources. */
  readonly inputs: string;
}

/** Whether a folder holds, file for file, what a build with these settings would make of the sources as they are now. */
export function isCurrent(folder: string, settings: unknown): boolean {
  const entry = readEntry(folder);
  const manifest = readManifest(folder);
  if (!entry || !manifest || entry.inputs !== hashOfInputs(entry.sources, settings)) return false;
  return Object.entries(manifest.files).every(([path, hash]) => {
    const file = join(folder, path);
    return existsSync(file) && sha256(readFileSync(file)) === hash;
  });
}

/** Remembers what a folder was built from. A cache that cannot be written only costs time. */
export function rememberBuild(folder: string, settings: unknown, sources: readonly string[]): void {
  const inputs = hashOfInputs(sources, settings);
  if (inputs === undefined) return;
  try {
    mkdirSync(dirname(entryFile(folder)), { recursive: true });
    writeFileSync(entryFile(folder), JSON.stringify({ sources, inputs } satisfies CacheEntry));
  } catch {
    // The next build does the work again.
  }
}

/** The sources of an earlier build of the folder, if any is remembered. */
export function rememberedSources(folder: string): readonly string[] {
  return readEntry(folder)?.sources ?? [];
}

function readEntry(folder: string): CacheEntry | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(entryFile(folder), "utf8"));
    const isEntry = typeof value === "object" && value !== null && "sources" in value && "inputs" in value;
    if (!isEntry || !Array.isArray(value.sources) || typeof value.inputs !== "string") return undefined;
    return { sources: value.sources.filter((source) => typeof source === "string"), inputs: value.inputs };
  } catch {
    return undefined;
  }
}

/** Under `node_modules/.cache`, where such things are kept, else in the system's folder for temporary files. */
function entryFile(folder: string): string {
  const modules = resolve("node_modules");
  const home = existsSync(modules)
    ? join(modules, ".cache", "specwright")
    : join(tmpdir(), "specwright-cache");
  return join(home, `${sha256(resolve(folder))}.json`);
}

function hashOfInputs(sources: readonly string[], settings: unknown): string | undefined {
  try {
    const contents = sources.map((source) => sha256(readFileSync(source)));
    return sha256(JSON.stringify([settings, generatorHash(), ...contents]));
  } catch {
    return undefined;
  }
}

/** SHA-256 of the generator's own code and templates: another generator may make another output. */
function generatorHash(): string {
  const code = fileURLToPath(new URL("../", import.meta.url));
  const templates = fileURLToPath(new URL("../../templates/", import.meta.url));
  return sha256([...filesIn(code), ...filesIn(templates)].map((file) => sha256(readFileSync(file))).join());
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(map|d\.ts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
