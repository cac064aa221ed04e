import { defineArtefact } from "../../kit/artefact.js";

/** Options of the server's side of the contract. */
export interface ServerOptions {
  /** The package's npm name. */
  readonly name: string;
}

/** The server's side of the contract, an npm package in TypeScript. */
export const server = defineArtefact<ServerOptions>({
  name: "server",
  summary: "The server's side of the contract, an npm package in TypeScript",
  templates: new URL("../../../templates/server/", import.meta.url),
  options: {
    required: ["name"],
    properties: { name: { type: "string", minLength: 1, description: "The package's npm name." } },
  },
  emit: async (model, options, kit) =>
    (await import("./server-emitter.js")).emitServerPackage(model, options, kit),
});
