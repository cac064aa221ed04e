import { dump } from "js-yaml";

import type { ApiModel } from "../../model/api-model.js";
import type { EmitOptions, EmittedFile, Emitter } from "../../kit/emitter.js";
import { render } from "../../kit/templates.js";
import { referencePage } from "./reference-page.js";

/** The bundled spec, for machines, and the reference page, for people. */
export const docsEmitter: Emitter = {
  name: "docs",
  emit(model: ApiModel, options: EmitOptions): readonly EmittedFile[] {
    const page = render("docs/reference.html.hbs", referencePage(model, options));
    return [
      { path: "openapi.json", content: `${JSON.stringify(options.document, null, 2)}\n`, format: false },
      {
        path: "openapi.yaml",
        content: dump(options.document, { noRefs: true, lineWidth: 110 }),
        format: false,
      },
      { path: "reference.html", content: page, format: false },
    ];
  },
};
