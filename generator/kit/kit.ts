import { headerFor } from "./headers.js";
import { templatesIn, type Templates } from "./templates.js";
import { Imports } from "./typescript/imports.js";
import { tsdoc } from "./typescript/tsdoc.js";

/** What an artefact is given to write with, and what it may know besides the model and its options. */
export interface Kit {
  readonly spec: {
    /** The spec's root file as the config names it. */
    readonly name: string;
    /** The bundled spec, with overlays applied. */
    readonly document: Readonly<Record<string, unknown>>;
  };
  /** All artefacts of this config, also those that `--only` leaves out: how the docs learn the client's package name. */
  readonly artefacts: readonly {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
  }[];
  /** The files at a path that the artefact's `inputs` named. */
  files(path: string): readonly { readonly name: string; readonly text: string }[];
  /**
   * The line that says where a file comes from, as a comment: `"typescript"`, `"python"`, `"sql"`, `"html"`, …
   *
   * @throws RangeError for a language whose comments are not known.
   */
  header(language: string): string;
  /** Renders a Handlebars template of the artefact. A value that it names and `view` lacks is an error. */
  render(template: string, view: object): string;
  /** The text of a file among the artefact's templates, as it stands. */
  template(name: string): string;
  /** The names of the files in a folder among the artefact's templates, in a stable order. */
  templates(folder: string): readonly string[];
  /** Writers of TypeScript: imports gathered while the text is made, and doc comments. */
  readonly typescript: {
    imports(): Imports;
    /** A doc comment of these lines; nothing in them can end it early. */
    doc(lines: readonly string[], indent?: string): string;
  };
  /** Writers of Markdown. */
  readonly markdown: {
    /** Text that is shown as it stands, with nothing in it read as markup. */
    text(text: string): string;
    /** Text in code style, whatever backticks it has. */
    code(text: string): string;
    table(head: readonly string[], rows: readonly (readonly string[])[]): string;
  };
}

/** What a build knows and an artefact's kit is made of. */
export interface KitFacts extends Pick<Kit, "spec" | "artefacts" | "files"> {
  readonly templates: URL | undefined;
  /** A folder whose files stand in for templates of the same name. */
  readonly replacements: string | undefined;
}

export function createKit({ spec, artefacts, files, templates, replacements }: KitFacts): Kit {
  let found: Templates | undefined;
  const own = (): Templates => (found ??= templatesIn(templates, replacements));
  return {
    spec,
    artefacts,
    files,
    header: (language) => headerFor(language, spec.name),
    render: (template, view) => own().render(template, view),
    template: (name) => own().text(name),
    templates: (folder) => own().names(folder),
    typescript: { imports: () => new Imports(), doc: tsdoc },
    markdown: { text: markdownText, code: markdownCode, table: markdownTable },
  };
}

function markdownText(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~&-]/g, "\\$&");
}

function markdownCode(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const pad = /^`|`$/.test(text) ? " " : "";
  return `${fence}${pad}${text.replace(/\s*\n\s*/g, " ")}${pad}${fence}`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\\?\|/g, "\\|").replace(/\s*\n\s*/g, " ")).join(" | ")} |\n`;
  return [head, head.map(() => "---"), ...rows].map(line).join("");
}
