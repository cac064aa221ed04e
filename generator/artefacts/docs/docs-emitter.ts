import { dump } from "js-yaml";

import type { ApiModel } from "../../model/api-model.js";
import type { EmittedFile } from "../../kit/artefact.js";
import type { Kit } from "../../kit/kit.js";
import { referencePage } from "./reference-page.js";

/** The bundled spec, for machines, and the reference page, for people. */
export function emitDocs(model: ApiModel, kit: Kit): readonly EmittedFile[] {
  // Samples use the client that is built beside the docs.
  const client = kit.artefacts.find(({ name }) => name === "client");
  const packageName = String(client?.options["name"] ?? "client");
  const page = kit.render(
    "reference.html.hbs",
    referencePage(model, { packageName, specFile: kit.spec.name }),
  );
  const { document } = kit.spec;
  return [
    { path: "openapi.json", content: `${JSON.stringify(document, null, 2)}\n` },
    { path: "openapi.yaml", content: dump(document, { noRefs: true, lineWidth: 110 }) },
    { path: "reference.html", content: page },
  ];
}
