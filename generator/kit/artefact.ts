import { UserError } from "../base/user-error.js";
import type { ApiModel } from "../model/api-model.js";
import type { Kit } from "./kit.js";

/** A file that an artefact makes. Nothing is written by the artefact itself. */
export interface EmittedFile {
  /** Relative to the artefact's folder, with forward slashes. */
  readonly path: string;
  readonly content: string;
  /** Whether the formatter runs over it; it knows TypeScript, JavaScript, JSON, CSS, YAML and Markdown. Unless stated, it does not. */
  readonly format?: boolean;
  /**
   * The file follows from the others and may be left out of version control. `check` accepts that it is missing as long as
   * it would be the same as when the manifest was written.
   */
  readonly isRendered?: boolean;
}

/**
 * One kind of output that can be made from a spec: a name, options, and a pure function from the API model to files.
 * `client`, `server` and `docs` are three of them, and a user's own has the same interface.
 */
export interface Artefact<Options extends object = object> {
  /** Names it in `--only` and in messages: lower case, such as `"client"`. */
  readonly name: string;
  /** What it makes, in one line for `--help`. */
  readonly summary: string;
  /**
   * JSON Schema (2020-12) of the options as an object, without `dir`, which every artefact has. A config that does not
   * match is refused, with the file and line of the option. An artefact with a `name` option is a package: a build without
   * a config gives it the name of `--name`.
   */
  readonly options?: OptionsSchema;
  /** Whether a build without a config makes it when `--only` is not given. */
  readonly isDefault?: boolean;
  /** The folder of its templates, where `kit.render` finds them: `new URL("./templates/", import.meta.url)`. */
  readonly templates?: URL;
  /**
   * Files or folders to read besides the spec, relative to the config: what `kit.files` gives. A change of one of them
   * makes the output stale, and `watch` builds again.
   */
  inputs?(options: Options): readonly string[];
  /**
   * Makes the files. It must not read the disk, the clock or the network: the same model and options give the same bytes.
   *
   * @throws ArtefactError when the options ask for what cannot be made.
   */
  emit(model: ApiModel, options: Options, kit: Kit): readonly EmittedFile[] | Promise<readonly EmittedFile[]>;
}

/** A JSON Schema (2020-12) of an object. */
export interface OptionsSchema {
  readonly type?: "object";
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** An artefact in a config: with its folder and options. */
export interface ConfiguredArtefact {
  readonly artefact: Artefact;
  /** The artefact's own options, and `dir`. */
  readonly options: { readonly dir: string };
}

/** What {@link defineArtefact} gives: call it in a config with a folder and options. */
export interface ArtefactFactory<Options extends object = object> {
  (options: Options & { readonly dir: string }): ConfiguredArtefact;
  readonly artefact: Artefact<Options>;
}

/**
 * Defines an artefact. Its module exports the result as its default, so that a config can name the module:
 *
 * ```ts
 * export default defineArtefact({
 *   name: "routes",
 *   summary: "A list of all routes",
 *   emit: (model, _options, kit) => [
 *     { path: "routes.txt", content: model.operations.map(({ method, path }) => `${method} ${path}\n`).join("") },
 *   ],
 * });
 * ```
 */
export function defineArtefact<Options extends object = object>(
  artefact: Artefact<Options>,
): ArtefactFactory<Options> {
  const use = (options: Options & { readonly dir: string }): ConfiguredArtefact => ({ artefact, options });
  return Object.assign(use, { artefact });
}

/** Options ask for what cannot be made. */
export class ArtefactError extends UserError {
  override readonly name = "ArtefactError";

  constructor(
    message: string,
    /** What to do about it. */
    remedy: string,
    /** JSON Pointer of the option at fault, for the place in the config: `"/methods/files"`. */
    readonly option?: string,
  ) {
    super("artefact", message, remedy);
  }
}
