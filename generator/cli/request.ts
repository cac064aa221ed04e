import { existsSync } from "node:fs";
import { basename, resolve, dirname } from "node:path";

import { artefacts as builtIn } from "../artefacts/artefacts.js";
import { UserError } from "../base/user-error.js";
import { findConfig, loadConfig } from "../config/load-config.js";
import { buildsOf, findArtefact } from "../config/resolve-config.js";
import type { Artefact } from "../kit/artefact.js";
import type { ArtefactRequest, BuildRequest } from "../pipeline.js";
import { isUrl } from "../source/places.js";
import { STDIN, STDIN_NAME } from "../source/read-file.js";

/** The options that `build`, `check` and `watch` share. */
export interface BuildOptions {
  readonly config?: string;
  readonly spec?: string;
  readonly out?: string;
  readonly name?: string;
  readonly only?: string;
  readonly overlay?: readonly string[];
  readonly header?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
}

/** Turns options into builds, one for each spec. @throws UserError when they do not fit together. */
export async function requestsFrom(options: BuildOptions): Promise<BuildRequest[]> {
  const { spec, out, name } = options;
  if (spec === undefined && out === undefined && name === undefined) {
    const only = namesIn(options.only);
    const overlays = (options.overlay ?? []).map((file) => resolve(file));
    return buildsOf(await loadConfig(options.config), { overlays, ...(only ? { only } : {}) });
  }
  if (options.config !== undefined) {
    throw new UserError(
      "usage",
      "--config and --spec exclude each other.",
      "Name a config, or give --spec, --out and --name.",
    );
  }
  if (spec === undefined || out === undefined || name === undefined) {
    const missing = [spec ?? "--spec FILE", out ?? "--out DIR", name ?? "--name PACKAGE"].filter((text) =>
      text.startsWith("--"),
    );
    throw new UserError(
      "usage",
      `${missing.join(" and ")} is missing.`,
      "Give all three: specwright build --spec openapi.yaml --out client --name my-client",
    );
  }
  if (!/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name)) {
    throw new UserError(
      "usage",
      `"${name}" is no npm package name.`,
      "Use lower case, such as acme-client or @acme/client.",
    );
  }
  return [
    {
      spec: specPlace(spec),
      specName: spec === STDIN ? STDIN_NAME : basename(isUrl(spec) ? new URL(spec).pathname : spec),
      ...(options.header ? { headers: headersFrom(options.header) } : {}),
      overlays: (options.overlay ?? []).map((file) => resolve(file)),
      isLinted: false,
      home: dirname(resolve(spec)),
      artefacts: placed(await chosen(namesIn(options.only)), resolve(out), name),
    },
  ];
}

/** A spec as the source room wants it: an absolute path, a URL or `-`. */
function specPlace(spec: string): string {
  return isUrl(spec) || spec === STDIN ? spec : resolve(spec);
}

/** `Name: value` as curl takes it. @throws UserError that does not repeat the value, which may be a secret. */
function headersFrom(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = "", value = ""] = /^\s*([^\s:]+)\s*:\s*([^\r\n]*)$/.exec(text) ?? [];
      if (name !== "") return [name, value.trim()];
      const remedy = 'Write it as --header "Authorization: Bearer …".';
      throw new UserError("usage", "A --header has no name.", remedy);
    }),
  );
}

function namesIn(only: string | undefined): string[] | undefined {
  return only?.split(",").map((name) => name.trim());
}

/** The artefacts of a build without a config: those named, else what most want of a spec. */
async function chosen(only: readonly string[] | undefined): Promise<Chosen[]> {
  if (only === undefined) {
    return builtIn
      .filter(({ isDefault }) => isDefault === true)
      .map((artefact) => ({ artefact, modules: [] }));
  }
  const all: Chosen[] = [];
  for (const name of only) {
    if (!/[./\\@]/.test(name) && !builtIn.some((artefact) => artefact.name === name)) {
      throw new UserError(
        "usage",
        `There is no artefact "${name}".`,
        `Choose from ${builtIn.map((artefact) => artefact.name).join(", ")}, or name a module: ./my-artefact.ts`,
      );
    }
    all.push(await findArtefact(name, resolve("specwright.config.ts")));
  }
  return all;
}

interface Chosen {
  readonly artefact: Artefact;
  readonly modules: readonly string[];
}

/** The first package takes the folder and the name; what else there is lies in folders below, by the artefacts' names. */
function placed(artefacts: readonly Chosen[], out: string, name: string): ArtefactRequest[] {
  const isPackage = ({ artefact }: Chosen): boolean => artefact.options?.properties?.["name"] !== undefined;
  const main = artefacts.find(isPackage);
  return artefacts.map((each) => {
    const { artefact, modules } = each;
    const below = each === main ? "" : artefact.name;
    const own = isPackage(each) ? { name: each === main ? name : `${name}-${artefact.name}` } : {};
    return { artefact, modules, options: { dir: below, ...own }, folder: out, below };
  });
}

/** The spec that `lint` and `model` are about: the one named, else the config's. */
export async function specFrom(
  file: string | undefined,
  config: string | undefined,
): Promise<Pick<BuildRequest, "spec" | "overlays" | "naming" | "lintRules">> {
  if (file !== undefined) return { spec: specPlace(file), overlays: [] };
  const beside = ["openapi.yaml", "openapi.yml", "openapi.json"].find((name) => existsSync(name));
  if (config === undefined && beside !== undefined && findConfig(process.cwd()) === undefined) {
    return { spec: resolve(beside), overlays: [] };
  }
  const [first] = await buildsOf(await loadConfig(config));
  if (!first) throw new UserError("config", "The config names no spec.", "Add one.");
  return first;
}
