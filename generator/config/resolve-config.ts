import { resolve } from "node:path";

import { artefacts as builtIn } from "../artefacts/artefacts.js";
import { isObject, objectOf, tokensOf } from "../base/json.js";
import { UserError } from "../base/user-error.js";
import type { Artefact, ArtefactFactory, ConfiguredArtefact } from "../kit/artefact.js";
import type { ArtefactRequest, BuildRequest } from "../pipeline.js";
import type { Path } from "./config-error.js";
import type { ArtefactEntry, SpecwrightConfig } from "./config.js";
import { importModule, type LoadedConfig } from "./load-config.js";

/** What a command changes of a config. */
export interface ConfigChanges {
  /** Names of artefacts: only these are made. */
  readonly only?: readonly string[];
  /** Absolute paths of OpenAPI Overlays to apply after the config's own. */
  readonly overlays?: readonly string[];
}

/** A build for each spec of a config, with absolute paths. @throws UserError where the config is wrong. */
export async function buildsOf(loaded: LoadedConfig, changes: ConfigChanges = {}): Promise<BuildRequest[]> {
  const parts: (readonly [config: SpecwrightConfig, path: Path])[] = [];
  if (Array.isArray(loaded.value)) {
    for (const [index, value] of loaded.value.entries())
      parts.push([await shaped(loaded, value, [index]), [index]]);
  } else parts.push([await shaped(loaded, loaded.value, []), []]);
  const all: BuildRequest[] = [];
  for (const [config, path] of parts) all.push(await buildOf(loaded, config, path, changes));
  const { only } = changes;
  if (only) {
    const names = [
      ...new Set(all.flatMap(({ artefacts }) => artefacts.map(({ artefact }) => artefact.name))),
    ];
    const unknown = only.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      const { suggestion } = await import("./config-error.js");
      throw new UserError("usage", `The config has no artefact "${unknown}".`, suggestion(unknown, names));
    }
  }
  return all
    .map((build) => ({
      ...build,
      allArtefacts: build.artefacts,
      artefacts: build.artefacts.filter(({ artefact }) => only === undefined || only.includes(artefact.name)),
    }))
    .filter(({ artefacts }) => artefacts.length > 0);
}

/**
 * A config as far as a look at its shape tells. Whether it is right is checked by {@link checkConfig}, which takes more time than
 * everything else of a build with nothing to do, and is left out there: the same config was checked by the build before.
 */
async function shaped({ file }: LoadedConfig, value: unknown, path: Path): Promise<SpecwrightConfig> {
  const isShaped =
    isObject(value) &&
    typeof value["spec"] === "string" &&
    isListOf(value["overlays"] ?? [], (overlay) => typeof overlay === "string") &&
    Object.values(objectOf(value["templates"])).every((folder) => typeof folder === "string") &&
    isListOf(value["artefacts"], isEntry) &&
    Object.keys(value["artefacts"] ?? []).length > 0;
  if (!isShaped) await (await import("./check-config.js")).checkConfig(file, value, path);
  // Anything else was refused by the schema, which says what the interface says, but for functions.
  return value as unknown as SpecwrightConfig;
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isEntry(value: unknown): boolean {
  if (Array.isArray(value)) return typeof value[0] === "string" && (value.length === 1 || isObject(value[1]));
  return (
    typeof value === "string" ||
    (isObject(value) && isArtefact(value["artefact"]) && isObject(value["options"]))
  );
}

async function buildOf(
  loaded: LoadedConfig,
  config: SpecwrightConfig,
  path: Path,
  { overlays = [] }: ConfigChanges,
): Promise<BuildRequest> {
  const { home, file } = loaded;
  const absolute = (name: string): string => resolve(home, name);
  const artefacts: ArtefactRequest[] = [];
  for (const [index, entry] of config.artefacts.entries()) {
    artefacts.push(await artefactOf(loaded, entry, [...path, "artefacts", index]));
  }
  return {
    spec: absolute(config.spec),
    specName: config.spec.replaceAll("\\", "/"),
    overlays: [...(config.overlays ?? []).map(absolute), ...overlays],
    isLinted: config.lint !== undefined && config.lint !== false,
    ...(typeof config.lint === "object" ? { lintRules: config.lint.rules } : {}),
    ...(config.naming ? { naming: config.naming } : {}),
    home,
    configFiles: file === undefined ? [] : loaded.files,
    artefacts,
    check: async () => (await import("./check-config.js")).checkConfig(file, config, path),
    ...(config.templates
      ? {
          templates: Object.fromEntries(
            Object.entries(config.templates).map(([name, dir]) => [name, absolute(dir)]),
          ),
        }
      : {}),
  };
}

async function artefactOf(loaded: LoadedConfig, entry: ArtefactEntry, path: Path): Promise<ArtefactRequest> {
  const { home, file } = loaded;
  if (typeof entry !== "string" && "artefact" in entry) {
    return requestOf(loaded, entry, [], path);
  }
  const [name, options] = typeof entry === "string" ? [entry, {}] : [entry[0], entry[1] ?? {}];
  const { artefact, modules } = await findArtefact(name, file ?? resolve(home, "specwright.config.ts"));
  const configured = { artefact, options: { dir: artefact.name, ...options } };
  return requestOf(loaded, configured, modules, typeof entry === "string" ? path : [...path, 1]);
}

/**
 * The artefact of a name: a built-in one, else the default export of a module, by its path or its package.
 *
 * @throws UserError when there is none.
 */
export async function findArtefact(
  name: string,
  importer: string,
): Promise<{ artefact: Artefact; modules: readonly string[] }> {
  const own = builtIn.find((artefact) => artefact.name === name);
  if (own) return { artefact: own, modules: [] };
  const { value, files } = await importModule(name, importer);
  const artefact = isFactory(value) ? value.artefact : isArtefact(value) ? value : undefined;
  if (!artefact) {
    throw new UserError(
      "config",
      `The default export of ${name} is no artefact.`,
      "Export the result of defineArtefact({ name, summary, emit }) as the default.",
    );
  }
  return { artefact, modules: files };
}

function isFactory(value: unknown): value is ArtefactFactory {
  return typeof value === "function" && "artefact" in value && isArtefact(value.artefact);
}

function isArtefact(value: unknown): value is Artefact {
  return isObject(value) && typeof value["name"] === "string" && typeof value["emit"] === "function";
}

function requestOf(
  { home, file }: LoadedConfig,
  { artefact, options }: ConfiguredArtefact,
  modules: readonly string[],
  path: Path,
): ArtefactRequest {
  return {
    artefact,
    options,
    folder: resolve(home, String(options.dir)),
    modules,
    check: async () => (await import("./check-config.js")).checkOptions(file, artefact, options, path),
    ...(file === undefined
      ? {}
      : {
          locate: async (option: string) =>
            (await import("./config-error.js")).placeIn(file, [...path, ...tokensOf(option)]),
        }),
  };
}
