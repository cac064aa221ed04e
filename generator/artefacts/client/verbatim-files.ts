import type { EmittedFile } from "../../kit/artefact.js";
import { templateNames, templateText } from "../../kit/templates.js";

/** `src/<folder>/*.ts`: code that is the same for every API, as it stands among the templates. */
export function emitVerbatim(
  header: string,
  folder: "runtime" | "redis" | "webhooks" | "oauth",
): EmittedFile[] {
  return templateNames(`client/src/${folder}`).map((name) => ({
    path: `src/${folder}/${name}`,
    content: `${header}\n${templateText(`client/src/${folder}/${name}`)}`,
    format: true,
  }));
}

/** `examples/*.ts`: code to copy, which imports the package by its name. */
export function emitExamples(header: string, packageName: string): EmittedFile[] {
  return templateNames("client/examples").map((name) => {
    const text = templateText(`client/examples/${name}`).replace("../src/runtime/index.js", packageName);
    return { path: `examples/${name}`, content: `${header}\n${text}`, format: true };
  });
}
