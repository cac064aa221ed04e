import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";

import type { SpecwrightConfig } from "../config.js";
import { UsageError } from "./usage-error.js";

const NAMES = [
  "specwright.config.ts",
  "specwright.config.mts",
  "specwright.config.js",
  "specwright.config.mjs",
].concat("specwright.config.json");

const TEXT = { type: "string", minLength: 1 };
const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["spec", "outputs"],
  properties: {
    spec: TEXT,
    overlays: { type: "array", items: TEXT },
    lint: { type: "boolean" },
    additions: {
      type: "object",
      additionalProperties: false,
      required: ["dir"],
      properties: {
        dir: TEXT,
        methods: {
          type: "object",
          additionalProperties: {
            type: "object",
            additionalProperties: { type: "string", pattern: "^[^#]+#[^#]+$" },
          },
        },
        entries: { type: "object", additionalProperties: TEXT },
      },
    },
    outputs: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: {
        client: {
          type: "object",
          additionalProperties: false,
          required: ["dir", "name"],
          properties: { dir: TEXT, name: TEXT },
        },
        server: {
          type: "object",
          additionalProperties: false,
          required: ["dir", "name"],
          properties: { dir: TEXT, name: TEXT },
        },
        docs: { type: "object", additionalProperties: false, required: ["dir"], properties: { dir: TEXT } },
      },
    },
  },
};

/** A config with the file that it came from; its paths are absolute. */
export interface LoadedConfig {
  readonly file: string;
  readonly config: SpecwrightConfig;
  /** The spec as the config names it. */
  readonly specName: string;
}

/**
 * Loads a config: the file given, else the one in the working folder.
 *
 * @throws UsageError when there is none, or when it is not well-formed.
 */
export async function loadConfig(file?: string): Promise<LoadedConfig> {
  const path = resolve(file ?? NAMES.find((name) => existsSync(name)) ?? "");
  if (file === undefined && path === process.cwd()) {
    throw new UsageError(
      "There is no specwright.config.ts in this folder, and no --spec was given.",
      "Run `specwright init`, or build without a config: specwright build --spec openapi.yaml --out client --name my-client",
    );
  }
  if (!existsSync(path)) throw new UsageError(`There is no config ${file}.`, "Check the path.");
  const config = validated(await importConfig(path), path);
  const home = dirname(path);
  const absolute = (name: string): string => (isAbsolute(name) ? name : join(home, name));
  const { client, server, docs } = config.outputs;
  return {
    file: path,
    specName: config.spec.replaceAll("\\", "/"),
    config: {
      ...config,
      spec: absolute(config.spec),
      overlays: (config.overlays ?? []).map(absolute),
      ...(config.additions
        ? { additions: { ...config.additions, dir: absolute(config.additions.dir) } }
        : {}),
      outputs: {
        ...(client ? { client: { ...client, dir: absolute(client.dir) } } : {}),
        ...(server ? { server: { ...server, dir: absolute(server.dir) } } : {}),
        ...(docs ? { docs: { dir: absolute(docs.dir) } } : {}),
      },
    },
  };
}

async function importConfig(path: string): Promise<unknown> {
  try {
    // jiti runs TypeScript, which Node 20 does not; a config's import of this package is answered by ourselves.
    const { createJiti } = await import("jiti");
    const jiti = createJiti(import.meta.url, {
      alias: { specwright: new URL("../config.js", import.meta.url).pathname },
      fsCache: false,
    });
    return await jiti.import(path, { default: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(
      `${path} cannot be loaded: ${reason}`,
      "Mend the config; `specwright init` in an empty folder writes a good one.",
    );
  }
}

function validated(value: unknown, path: string): SpecwrightConfig {
  const ajv = new Ajv2020({ allErrors: true });
  if (!ajv.validate(SCHEMA, value)) {
    const [first] = ajv.errors ?? [];
    const key = first?.instancePath.replaceAll("/", ".").replace(/^\./, "") ?? "";
    const extra =
      first && "additionalProperty" in first.params ? ` "${String(first.params["additionalProperty"])}"` : "";
    const what = `${key === "" ? "The config" : key} ${first?.message ?? "is wrong"}${extra}`;
    throw new UsageError(
      `${path}: ${what}.`,
      "A config has a `spec` and `outputs` with a `client`, `server` or `docs`; see `specwright build --help`.",
    );
  }
  // The schema above says what SpecwrightConfig says.
  return value as SpecwrightConfig;
}
