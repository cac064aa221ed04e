import { basename } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { isObject } from "../base/json.js";
import type { Artefact } from "../kit/artefact.js";
import { configError, explain, type Path } from "./config-error.js";
import { CONFIG_SCHEMA, optionsSchemaOf } from "./config-schema.js";

/** Checks one spec's part of a config. @throws UserError for the first thing that is wrong, with its place. */
export async function checkConfig(file: string | undefined, value: unknown, path: Path): Promise<void> {
  if (isObject(value) && "outputs" in value) {
    throw await configError(
      file,
      [...path, "outputs"],
      "`outputs` is now a list, `artefacts`.",
      'Write artefacts: [client({ dir, name }), docs({ dir })], with import { client, docs } from "specwright"; `additions` is an option of the client.',
    );
  }
  const ajv = validator();
  if (ajv.validate(CONFIG_SCHEMA, value)) return;
  const wrong = explain(ajv.errors ?? [], value, CONFIG_SCHEMA);
  const name = file === undefined ? "The config" : basename(file);
  throw await configError(file, [...path, ...wrong.path], `${name}: ${wrong.message}`, wrong.remedy);
}

/** Checks the options of an artefact by its schema. @throws UserError for the first thing that is wrong, with its place. */
export async function checkOptions(
  file: string | undefined,
  artefact: Artefact,
  options: object,
  path: Path,
): Promise<void> {
  const schema = optionsSchemaOf(artefact);
  const ajv = validator();
  if (ajv.validate(schema, options)) return;
  const wrong = explain(ajv.errors ?? [], options, schema);
  throw await configError(
    file,
    [...path, ...wrong.path],
    `Options of the artefact ${artefact.name}: ${wrong.message}`,
    wrong.remedy,
  );
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  return ajv;
}
