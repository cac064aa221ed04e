import { createHash } from "node:crypto";
import { resolve } from "node:path";

import { SpecError, type Diagnostic, type Location } from "./diagnostic.js";
import { adoptForeign, type Adopted } from "./foreign.js";
import { formatOf } from "./kind-of-document.js";
import { Locator, type SpecFiles } from "./locate.js";
import { applyOverlays } from "./overlay.js";
import { parseText } from "./parse.js";
import { isUrl } from "./places.js";
import { readSpecFile, readSpecText, STDIN, STDIN_NAME } from "./read-file.js";
import { resolverOf } from "./redocly.js";
import { readReferencedFiles } from "./references.js";
import { checkBehaviour } from "./behaviour.js";

/** A spec, read and bundled. */
export interface SourceDocument {
  /** One document; all references in it begin with `#/`. */
  readonly document: Record<string, unknown>;
  readonly format: "openapi-3.0" | "openapi-3.1";
  /** The `openapi` or `swagger` version as the document states it. */
  readonly version: string;
  /** The root file as it was named. */
  readonly file: string;
  /** Absolute paths of every file that was read, the root first, then overlays. */
  readonly files: readonly string[];
  /** The files of the spec itself, as they were read. */
  readonly contents: SpecFiles;
  /** SHA-256 of the contents, hexadecimal; the same wherever the files lie. */
  readonly hash: string;
  /** Extensions of other tools that were read as ours. */
  readonly adopted: readonly Adopted[];
  /** What was found on the way: warnings, and errors that nothing should be made of. */
  readonly findings: readonly Diagnostic[];
  /** Where a node of the bundled document stands in the files; found only when asked. */
  locate(pointer: string): Location | undefined;
}

export interface ReadOptions {
  /** OpenAPI Overlays to apply, in this order. */
  readonly overlays?: readonly string[];
  /** Headers for a spec that is read from a URL. They go to its origin alone. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Reads a spec of one file or many, JSON or YAML, and bundles it into one document.
 *
 * @throws SpecError when it cannot be used; each diagnostic names file, line and remedy.
 */
export async function readSpec(file: string, options: ReadOptions = {}): Promise<SourceDocument> {
  const { overlays = [], headers } = options;
  const name = file === STDIN ? STDIN_NAME : file;
  const root = isUrl(file) ? file : resolve(name);
  const read = (place: string): Promise<string> => readSpecText(place, headers);
  const text = await read(file === STDIN ? STDIN : root);
  const value = parseText(text, root);
  const { format, version } = formatOf(value, name);
  const { files, broken } = await readReferencedFiles(root, { text, value }, read);
  const bundled = files.size > 1 ? await bundle(root, files) : asObject(value);
  const warnings: Diagnostic[] = [...broken];
  const current = format === "swagger-2.0" ? await upgraded(bundled, name, warnings) : bundled;
  const document = applyOverlays(current, overlays);
  const locator = new Locator(root, files);
  const locate = (pointer: string): Location | undefined => locator.locate(pointer);
  const foreign = adoptForeign(document, locate);
  warnings.push(...foreign.findings, ...checkBehaviour(document, locate));
  return {
    document,
    format: format === "openapi-3.1" ? "openapi-3.1" : "openapi-3.0",
    version,
    file: name,
    contents: files,
    files: [...files.keys(), ...overlays.map((overlay) => resolve(overlay))],
    hash: hashOf(files, overlays),
    findings: warnings,
    adopted: foreign.adopted,
    locate,
  };
}

/** Redocly's bundler, loaded only for specs of several files. */
async function bundle(root: string, files: SpecFiles): Promise<Record<string, unknown>> {
  const redocly = await import("@redocly/openapi-core");
  const { bundle: result, problems } = await redocly.bundle({
    ref: root,
    config: await redocly.createConfig({}),
    externalRefResolver: await resolverOf(files),
  });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new SpecError(
      errors.map(({ message, ruleId }) => ({
        severity: "error",
        rule: ruleId,
        message,
        remedy: "Correct the reference.",
        location: { file: root, line: 1, column: 1 },
      })),
    );
  }
  return asObject(result.parsed);
}

/** The part of the upgrader that is used. Its own declarations name a package that it does not bring. */
interface Upgrader {
  upgradeFromTwoToThree(document: Record<string, unknown>): unknown;
}

const UPGRADER: string = "@scalar/openapi-upgrader/2.0-to-3.0";

/** Swagger 2.0 as OpenAPI 3.0. */
async function upgraded(
  document: Record<string, unknown>,
  file: string,
  warnings: Diagnostic[],
): Promise<Record<string, unknown>> {
  const { upgradeFromTwoToThree }: Upgrader = await import(UPGRADER);
  warnings.push({
    severity: "warning",
    rule: "swagger-2.0",
    message: "This is Swagger 2.0; it was read as the OpenAPI 3.0 that it converts to.",
    remedy: "Convert the document once and for all, and maintain that.",
    location: { file, line: 1, column: 1 },
  });
  return asObject(upgradeFromTwoToThree(structuredClone(document)));
}

function asObject(value: unknown): Record<string, unknown> {
  // formatOf() has seen that it is an object.
  return value as Record<string, unknown>;
}

function hashOf(files: SpecFiles, overlays: readonly string[]): string {
  const hash = createHash("sha256");
  const texts = [...[...files.values()].map(({ text }) => text), ...overlays.map(readSpecFile)];
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}\n`).update(text);
  return hash.digest("hex");
}
