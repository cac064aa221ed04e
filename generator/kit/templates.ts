import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import Handlebars from "handlebars";

/** The folder of templates: beside the sources as well as beside what they are compiled to. */
const FOLDER = fileURLToPath(new URL("../../templates/", import.meta.url));

const compiled = new Map<string, Handlebars.TemplateDelegate>();

/** Renders a template, by its path below `templates/`. A value that the template names and `view` lacks is an error. */
export function render(template: string, view: object): string {
  let run = compiled.get(template);
  if (!run) {
    run = Handlebars.compile(templateText(template), { strict: true, noEscape: !template.includes(".html") });
    compiled.set(template, run);
  }
  return run(view);
}

/** The text of a template or of a file that is emitted as it stands. */
export function templateText(template: string): string {
  return readFileSync(FOLDER + template, "utf8");
}

/** The files of a folder below `templates/`, in an order that does not depend on the file system. */
export function templateNames(folder: string): string[] {
  return readdirSync(FOLDER + folder).sort();
}
