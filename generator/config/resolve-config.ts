import { basename, isAbsolute, resolve } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";

import { artefacts as builtIn } from "../artefacts/artefacts.js";
import { isObject, tokensOf } from "../base/json.js";
import { UserError } from "../base/user-error.js";
import type { Artefact, ArtefactFactory, ConfiguredArtefact } from "../kit/artefact.js";
import type { ArtefactRequest, BuildRequest } from "../pipeline.js";
import { configError, explain, placeIn, suggestion, type Path } from "./config-error.js";
import { CONFIG_SCHEMA } from "./config-schema.js";
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
      parts.push([await checked(loaded, value, [index]), [index]]);
  } else parts.push([await checked(loaded, loaded.value, []), []]);
  const all: BuildRequest[] = [];
  for (const [config, path] of parts) all.push(await buildOf(loaded, config, path, changes));
  const { only } = changes;
  if (only) {
    const names = [
      ...new Set(all.flatMap(({ artefacts }) => artefacts.map(({ artefact }) => artefact.name))),
    ];
    const unknown = only.find((name) => !names.includes(name));
    if (unknown !== undefined) {
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

async function checked({ file }: LoadedConfig, value: unknown, path: Path): Promise<SpecwrightConfig> {
  if (isObject(value) && "outputs" in value) {
    throw await configError(
      file,
      [...path, "outputs"],
      "`outputs` is now a list, `artefacts`.",
      'Write artefacts: [client({ dir, name }), docs({ dir })], with import { client, docs } from "specwright"; `additions` is an option of the client.',
    );
  }
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  if (!ajv.validate(CONFIG_SCHEMA, value)) {
    const wrong = explain(ajv.errors ?? [], value, CONFIG_SCHEMA);
    throw await configError(
      file,
      [...path, ...wrong.path],
      `${nameOf(file)}: ${wrong.message}`,
      wrong.remedy,
    );
  }
  // The schema says what the interface says, but for functions, which only TypeScript has.
  return value as unknown as SpecwrightConfig;
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

async function requestOf(
  { home, file }: LoadedConfig,
  { artefact, options }: ConfiguredArtefact,
  modules: readonly string[],
  optionsPath: Path,
): Promise<ArtefactRequest> {
  const schema = optionsSchemaOf(artefact);
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  if (!ajv.validate(schema, options)) {
    const wrong = explain(ajv.errors ?? [], options, schema);
    throw await configError(
      file,
      [...optionsPath, ...wrong.path],
      `Options of the artefact ${artefact.name}: ${wrong.message}`,
      wrong.remedy,
    );
  }
  return {
    artefact,
    options,
    folder: isAbsolute(options.dir) ? options.dir : resolve(home, options.dir),
    modules,
    ...(file === undefined
      ? {}
      : { locate: (option: string) => placeIn(file, [...optionsPath, ...tokensOf(option)]) }),
  };
}

/** JSON Schema of an artefact's options in a config: its own, and the folder that each has. */
export function optionsSchemaOf({ options = {} }: Artefact): object {
  return {
    additionalProperties: false,
    ...options,
    type: "object",
    required: ["dir", ...(options.required ?? [])],
    properties: {
      dir: { type: "string", minLength: 1, description: "The folder to write to, relative to the config." },
      ...options.properties,
    },
  };
}

function nameOf(file: string | undefined): string {
  return file === undefined ? "The config" : basename(file);
}
