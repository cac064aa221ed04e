import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import type { AdditionsConfig } from "../config.js";
import type { AdditionsRequest, BuildRequest, OutputRequest } from "../pipeline.js";
import { listAdditions } from "../source/read-additions.js";
import { isUrl } from "../source/places.js";
import { STDIN, STDIN_NAME } from "../source/read-file.js";
import { loadConfig } from "./load-config.js";
import { UsageError } from "./usage-error.js";

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
}

/** A build as it was asked for, and the files besides the spec whose change makes it stale. */
export interface RequestedBuild {
  readonly request: BuildRequest;
  readonly configFile?: string;
}

const ARTEFACTS = ["client", "server", "docs"];

/** Turns options into a build. @throws UsageError when they do not fit together. */
export async function requestFrom(options: BuildOptions): Promise<RequestedBuild> {
  const only = options.only?.split(",").map((name) => name.trim());
  const unknown = only?.find((name) => !ARTEFACTS.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`There is no artefact "${unknown}".`, `Choose from ${ARTEFACTS.join(", ")}.`);
  const isWanted = (name: string): boolean => only === undefined || only.includes(name);
  const { spec, out, name } = options;
  if (spec === undefined && out === undefined && name === undefined) return fromConfig(options, isWanted);
  if (options.config !== undefined) {
    throw new UsageError(
      "--config and --spec exclude each other.",
      "Name a config, or give --spec, --out and --name.",
    );
  }
  if (spec === undefined || out === undefined || name === undefined) {
    const missing = [spec ?? "--spec FILE", out ?? "--out DIR", name ?? "--name PACKAGE"].filter((text) =>
      text.startsWith("--"),
    );
    throw new UsageError(
      `${missing.join(" and ")} is missing.`,
      "Give all three: specwright build --spec openapi.yaml --out client --name my-client",
    );
  }
  if (!/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name)) {
    throw new UsageError(
      `"${name}" is no npm package name.`,
      "Use lower case, such as acme-client or @acme/client.",
    );
  }
  const isBesideClient = only?.includes("client") === true;
  const serverPlace = isBesideClient ? { below: "server", packageName: `${name}-server` } : { below: "" };
  const artefacts = [
    ...(isWanted("client") ? [{ emitter: "client", below: "" }] : []),
    // Clients are what most want of a spec; its server's side is made where it is named.
    ...(only?.includes("server") ? [{ emitter: "server", ...serverPlace }] : []),
    ...(isWanted("docs") ? [{ emitter: "docs", below: "docs" }] : []),
  ];
  return {
    request: {
      spec: specPlace(spec),
      specName: spec === STDIN ? STDIN_NAME : basename(isUrl(spec) ? new URL(spec).pathname : spec),
      ...(options.header ? { headers: headersFrom(options.header) } : {}),
      overlays: (options.overlay ?? []).map((file) => resolve(file)),
      isLinted: false,
      packageName: name,
      outputs: [{ folder: resolve(out), artefacts }],
    },
  };
}

/** A spec as the source room wants it: an absolute path, a URL or `-`. */
export function specPlace(spec: string): string {
  return isUrl(spec) || spec === STDIN ? spec : resolve(spec);
}

/** `Name: value` as curl takes it. @throws UsageError that does not repeat the value, which may be a secret. */
function headersFrom(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = "", value = ""] = /^\s*([^\s:]+)\s*:\s*([^\r\n]*)$/.exec(text) ?? [];
      if (name !== "") return [name, value.trim()];
      throw new UsageError("A --header has no name.", 'Write it as --header "Authorization: Bearer …".');
    }),
  );
}

async function fromConfig(
  options: BuildOptions,
  isWanted: (name: string) => boolean,
): Promise<RequestedBuild> {
  const { config, file, specName } = await loadConfig(options.config);
  const { client, server, docs } = config.outputs;
  const outputs: OutputRequest[] = [
    ...(client && isWanted("client")
      ? [{ folder: client.dir, artefacts: [{ emitter: "client", below: "" }] }]
      : []),
    ...(server && isWanted("server")
      ? [{ folder: server.dir, artefacts: [{ emitter: "server", below: "", packageName: server.name }] }]
      : []),
    ...(docs && isWanted("docs") ? [{ folder: docs.dir, artefacts: [{ emitter: "docs", below: "" }] }] : []),
  ];
  return {
    configFile: file,
    request: {
      spec: config.spec,
      specName,
      overlays: [...(config.overlays ?? []), ...(options.overlay ?? []).map((overlay) => resolve(overlay))],
      isLinted: config.lint ?? true,
      packageName: client?.name ?? "client",
      outputs,
      ...(config.additions ? { additions: additionsFrom(config.additions) } : {}),
    },
  };
}

/** @throws UsageError when there is no folder of additions, or a file that is named is not in it. */
function additionsFrom({ dir, methods = {}, entries = {} }: AdditionsConfig): AdditionsRequest {
  const files = listAdditions(dir);
  const check = (key: string, file: string): void => {
    if (files.includes(join(dir, file))) return;
    throw new UsageError(
      `The config's additions.${key} names ${file}, and there is no such file in ${dir}.`,
      "Write the file, or correct its name; it is relative to the folder of the additions.",
    );
  };
  return {
    folder: dir,
    files,
    methods: Object.entries(methods).flatMap(([resource, byName]) =>
      Object.entries(byName).map(([method, target]) => {
        const [file = "", name = ""] = target.split("#");
        check(`methods.${resource}.${method}`, file);
        return { resource, method, file, function: name };
      }),
    ),
    entries: Object.entries(entries).map(([name, file]) => {
      check(`entries.${name}`, file);
      return { name, file };
    }),
  };
}

/** The spec that `lint` and `model` are about: the one named, else the config's. */
export async function specFrom(
  file: string | undefined,
  config: string | undefined,
): Promise<{ spec: string; overlays: readonly string[] }> {
  if (file !== undefined) return { spec: specPlace(file), overlays: [] };
  if (config === undefined && !existsSync(join("specwright.config.ts")) && existsSync("openapi.yaml")) {
    return { spec: resolve("openapi.yaml"), overlays: [] };
  }
  const loaded = await loadConfig(config);
  return { spec: loaded.config.spec, overlays: loaded.config.overlays ?? [] };
}
