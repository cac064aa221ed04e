import { defineArtefact } from "../../kit/artefact.js";

/** Options of the client. */
export interface ClientOptions {
  /** The package's npm name; the client class is named after it. */
  readonly name: string;
  /** Hand-written TypeScript that becomes part of the client: what this API has and no spec can say. */
  readonly additions?: AdditionsOptions;
  /** Whether the package has the entry `./api`: every path with its types, by openapi-fetch. Unless `false`, it has. */
  readonly api?: boolean;
}

/**
 * Which of the files in a folder become what in the client. All TypeScript files of the folder are copied into the
 * package, to `src/additions/`, so that they import its modules as `../operations/….js` and `../runtime/….js`.
 */
export interface AdditionsOptions {
  /** The folder, relative to the config. */
  readonly dir: string;
  /**
   * Methods of resources, by the resource's name and the method's: the file and the function behind it, as
   * `"files.ts#uploadFile"`. The function takes the client's `Api` first; the method has its other parameters, its result
   * and its comment. The function itself is exported by `./operations`.
   */
  readonly methods?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Entry points of the package by their names, each with its file: `{ agent: "agent.ts" }` is `"<package>/agent"`. */
  readonly entries?: Readonly<Record<string, string>>;
}

const TEXT = { type: "string", minLength: 1 };

/** The typed client, an npm package in TypeScript. */
export const client = defineArtefact<ClientOptions>({
  name: "client",
  summary: "A typed client with its runtime, an npm package in TypeScript",
  isDefault: true,
  templates: new URL("../../../templates/client/", import.meta.url),
  options: {
    required: ["name"],
    properties: {
      name: { ...TEXT, description: "The package's npm name; the client class is named after it." },
      api: {
        type: "boolean",
        default: true,
        description: "Whether the package has the entry ./api: every path with its types, by openapi-fetch.",
      },
      additions: {
        type: "object",
        description: "Hand-written TypeScript that becomes part of the client.",
        additionalProperties: false,
        required: ["dir"],
        properties: {
          dir: { ...TEXT, description: "The folder of the files, relative to the config." },
          methods: {
            type: "object",
            description: "Methods of resources: { resource: { method: 'file.ts#function' } }.",
            additionalProperties: {
              type: "object",
              additionalProperties: { type: "string", pattern: "^[^#]+#[^#]+$" },
            },
          },
          entries: {
            type: "object",
            description: "Further entry points of the package: { name: 'file.ts' }.",
            additionalProperties: TEXT,
          },
        },
      },
    },
  },
  inputs: ({ additions }) => (additions ? [additions.dir] : []),
  emit: async (model, options, kit) =>
    (await import("./client-emitter.js")).emitClientPackage(model, options, kit),
});
