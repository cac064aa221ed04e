import { expect, it } from "vitest";

import { emitDefinition } from "../../generator/artefacts/client/definition-file.js";
import { TypePrinter } from "../../generator/kit/typescript/type-printer.js";
import { indexOf } from "../../generator/model/model-index.js";
import { modelOf } from "../support/models.js";

const windows = [{ name: "burst", limit: 5, window: "PT1S" }];

it.each<[what: string, document: object, ships: boolean]>([
  ["states no limits", {}, true],
  ["states only how many may be under way", { "x-rate-limits": { concurrency: 3 } }, true],
  ["states windows", { "x-rate-limits": { windows } }, false],
])(
  "ships what learns limits where a spec %s, and only where it states no windows",
  (_what, document, ships) => {
    const model = modelOf({ paths: {}, ...document });
    const index = indexOf(model);
    const scope = { model, index, printer: new TypePrinter(index), client: "AcmeClient", header: "" };
    const text = emitDefinition(scope, "acme");
    expect(text.includes("learning-budget")).toBe(ships);
    expect(text.includes("learning: learning")).toBe(ships);
  },
);
