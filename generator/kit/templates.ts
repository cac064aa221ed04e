import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import Handlebars from "handlebars";

/** The folder of our own templates: beside the sources as well as beside what they are compiled to. */
const FOLDER = new URL("../../templates/", import.meta.url);

/** The files that an artefact emits nearly as they stand. */
export interface Templates {
  render(template: string, view: object): string;
  text(name: string): string;
  names(folder: string): string[];
}

/**
 * The templates in a folder; a file of the same name in the folder of replacements is taken instead. Files below
 * `partials/` can be included by their names without the extension.
 */
export function templatesIn(folder: URL | undefined, replacements?: string): Templates {
  const home = folder === undefined ? undefined : fileURLToPath(folder);
  const engine = Handlebars.create();
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  const fileOf = (name: string): string => {
    const replaced = replacements === undefined ? undefined : join(replacements, name);
    if (replaced !== undefined && existsSync(replaced)) return replaced;
    if (home === undefined) throw new Error(`The artefact has no templates; "${name}" was asked for.`);
    return join(home, name);
  };
  const text = (name: string): string => readFileSync(fileOf(name), "utf8");
  const names = (path: string): string[] => (home === undefined ? [] : readdirSync(join(home, path)).sort());
  const hasPartials = home !== undefined && existsSync(join(home, "partials"));
  for (const name of hasPartials ? names("partials") : [])
    engine.registerPartial(name.replace(/\..*$/, ""), text(`partials/${name}`));
  const rendered = (template: string, view: object): string => {
    let run = compiled.get(template);
    if (!run) {
      run = engine.compile(text(template), { strict: true, noEscape: !template.includes(".html") });
      compiled.set(template, run);
    }
    return run(view);
  };
  return { render: rendered, text, names };
}

let own: Templates | undefined;

/** Renders a template by its path below `templates/`. */
export function render(template: string, view: object): string {
  return ownTemplates().render(template, view);
}

/** The text of a template or of a file that is emitted as it stands. */
export function templateText(template: string): string {
  return ownTemplates().text(template);
}

/** The files of a folder below `templates/`, in an order that does not depend on the file system. */
export function templateNames(folder: string): string[] {
  return ownTemplates().names(folder);
}

function ownTemplates(): Templates {
  return (own ??= templatesIn(FOLDER));
}
