import { defineArtefact } from "../../kit/artefact.js";

/** The reference page and the bundled spec. */
export const docs = defineArtefact({
  name: "docs",
  summary: "The reference docs as HTML, and the bundled spec",
  isDefault: true,
  templates: new URL("../../../templates/docs/", import.meta.url),
  options: {},
  emit: async (model, _, kit) => (await import("./docs-emitter.js")).emitDocs(model, kit),
});
