import { defineArtefact } from "../../kit/artefact.js";

/** Options of the docs. */
export interface DocsOptions {
  /** A folder of Markdown files, each a page; `guides` unless stated. Numbers before their names give their order. */
  readonly guides?: string;
  /** A JSON file of the responses that came when the samples were sent, by operation; `responses.json` unless stated. */
  readonly responses?: string;
  /**
   * A JSON file of values for samples by operation, `{ "fetchThing": { "parameters": { "thingId": "t_1" }, "body": {} } }`,
   * in place of the spec's examples; `samples.json` unless stated.
   */
  readonly samples?: string;
}

const TEXT = { type: "string", minLength: 1 };
const GUIDES = "guides";
const RESPONSES = "responses.json";
const SAMPLES = "samples.json";

/** A static site, its twin in Markdown, and the bundled spec. */
export const docs = defineArtefact<DocsOptions>({
  name: "docs",
  summary: "The reference docs as a static site and in Markdown, and the bundled spec",
  isDefault: true,
  templates: new URL("../../../templates/docs/", import.meta.url),
  options: {
    properties: {
      guides: { ...TEXT, description: "A folder of Markdown files, each a page; relative to the config." },
      samples: {
        ...TEXT,
        description: "A JSON file of values for samples by operation; relative to the config.",
      },
      responses: {
        ...TEXT,
        description: "A JSON file of recorded responses by operation; relative to the config.",
      },
    },
  },
  inputs: ({ guides = GUIDES, responses = RESPONSES, samples = SAMPLES }) => [guides, responses, samples],
  emit: async (model, { guides = GUIDES, responses = RESPONSES, samples = SAMPLES }, kit) =>
    (await import("./docs-emitter.js")).emitDocs(model, kit, {
      guides: kit.files(guides),
      responses: kit.files(responses)[0]?.text,
      samples: kit.files(samples)[0]?.text,
    }),
});
