import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { UserError } from "../base/user-error.js";
import type { SpecwrightConfig } from "./config.js";

/** What a config may be called, the first that exists is taken. */
export const CONFIG_NAMES = ["ts", "mts", "js", "mjs", "json"].map((ending) => `specwright.config.${ending}`);

/** A config as it was loaded, not yet checked. */
export interface LoadedConfig {
  /** Absolute path of the file; absent for a config that was given as a value. */
  readonly file?: string;
  /** Absolute path of the folder to which its paths are relative. */
  readonly home: string;
  readonly value: unknown;
  /** The file and what it imports, absolute. */
  readonly files: readonly string[];
}

/** The config in a folder; `undefined` where there is none. */
export function findConfig(folder: string): string | undefined {
  return CONFIG_NAMES.map((name) => resolve(folder, name)).find((file) => existsSync(file));
}

/**
 * Loads a config: the file given, else the one in the working folder.
 *
 * @throws UserError when there is none, or when it cannot be loaded.
 */
export async function loadConfig(file?: string): Promise<LoadedConfig> {
  const path = file === undefined ? findConfig(process.cwd()) : resolve(file);
  if (path === undefined) {
    throw new UserError(
      "usage",
      "There is no specwright.config.ts in this folder, and no --spec was given.",
      "Run `specwright init`, or build without a config: specwright build --spec openapi.yaml --out client --name my-client",
    );
  }
  if (!existsSync(path)) throw new UserError("usage", `There is no config ${file}.`, "Check the path.");
  const { value, files } = path.endsWith(".json") ? readJson(path) : await importModule(path, path);
  return { file: path, home: dirname(path), value, files };
}

/** A config in JSON needs no compiler. */
function readJson(path: string): { value: unknown; files: readonly string[] } {
  try {
    return { value: JSON.parse(readFileSync(path, "utf8")), files: [path] };
  } catch (error) {
    throw loadError(path, error);
  }
}

/** A config that a program gives as a value. */
export function configValue(
  value: SpecwrightConfig | readonly SpecwrightConfig[],
  home = process.cwd(),
): LoadedConfig {
  return { home: resolve(home), value, files: [] };
}

/** The user's modules that the last import loaded. */
const loaded = new Set<string>();

/**
 * Imports the default export of a module in TypeScript or JavaScript; `name` is a path, or a package as the importing
 * file sees it.
 *
 * @throws UserError when it cannot be loaded, with the place where that is known.
 */
export async function importModule(
  name: string,
  importer: string,
): Promise<{ value: unknown; files: readonly string[] }> {
  // jiti runs TypeScript, which Node 20 does not; an import of this package is answered by ourselves.
  const { createJiti } = await import("jiti");
  const jiti = createJiti(importer, {
    alias: { specwright: fileURLToPath(new URL("../index.js", import.meta.url)) },
    fsCache: false,
    moduleCache: true,
  });
  try {
    const file = isAbsolute(name) ? name : fileURLToPath(jiti.esmResolve(name));
    // What was imported before may have changed since: `watch` loads a config many times.
    for (const each of loaded) delete jiti.cache[each];
    loaded.clear();
    const before = new Set(Object.keys(jiti.cache));
    const value: unknown = await jiti.import(file, { default: true });
    for (const each of Object.keys(jiti.cache)) if (!before.has(each) && isOwn(each)) loaded.add(each);
    return { value, files: [...new Set([file, ...loaded])] };
  } catch (error) {
    throw loadError(name, error);
  }
}

/** Whether a module is the user's: not a package, and not Specwright itself. */
function isOwn(file: string): boolean {
  return (
    !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(fileURLToPath(new URL("../", import.meta.url)))
  );
}

function loadError(name: string, error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.split("\n")[0]?.trim() ?? "";
  // The first line of code that the error names, in the message for what does not parse, else in the stack.
  const told = `${message}\n${error instanceof Error ? (error.stack ?? "") : ""}`;
  const [, file, line, column] = /((?:[A-Za-z]:)?[^\s():]+\.[cm]?[jt]s):(\d+):(\d+)/.exec(told) ?? [];
  const isPlace = file !== undefined && existsSync(file) && isOwn(file);
  return new UserError(
    "config",
    `${name} cannot be loaded: ${reason}`,
    "Correct the file; `specwright init` in an empty folder writes a config that works.",
    isPlace ? { file, line: Number(line), column: Number(column) } : undefined,
  );
}
