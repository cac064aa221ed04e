import type { Artefact } from "../kit/artefact.js";

const TEXT = { type: "string", minLength: 1 };

/** JSON Schema of one spec's part of a config; the artefacts' own options are checked by their own schemas. */
export const CONFIG_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["spec", "artefacts"],
  properties: {
    $schema: { type: "string" },
    spec: { ...TEXT, description: "The root file of the spec, relative to the config." },
    overlays: { type: "array", items: TEXT, description: "OpenAPI Overlays to apply, in this order." },
    lint: {
      description: "Whether build lints the spec first, and levels of single rules; false unless stated.",
      anyOf: [
        { type: "boolean" },
        {
          type: "object",
          additionalProperties: false,
          required: ["rules"],
          properties: { rules: { type: "object", additionalProperties: { enum: ["off", "warn", "error"] } } },
        },
      ],
    },
    naming: { description: "A function that names resources and methods." },
    templates: {
      type: "object",
      additionalProperties: TEXT,
      description: "Folders whose files replace templates, by the artefact's name.",
    },
    artefacts: {
      type: "array",
      minItems: 1,
      description: "What to make of the spec.",
      items: {
        anyOf: [
          TEXT,
          {
            type: "array",
            minItems: 1,
            maxItems: 2,
            prefixItems: [TEXT, { type: "object" }],
          },
          { type: "object", required: ["artefact", "options"] },
        ],
      },
    },
  },
} as const;

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
