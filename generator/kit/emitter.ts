import type { ApiModel } from "../model/api-model.js";

/** A file that an emitter makes. Nothing is written here; that is the output room's work. */
export interface EmittedFile {
  /** Relative to the output folder, with forward slashes. */
  readonly path: string;
  readonly content: string;
  /** Whether the formatter should run over it. */
  readonly format: boolean;
  /**
   * Follows from the other files and may be left out of version control: where it is missing, its hash in the manifest
   * still tells whether it would be the same.
   */
  readonly isRendered?: boolean;
}

/** What emitters are told besides the model. */
export interface EmitOptions {
  /** The npm name of the package, such as `@acme/client`. */
  readonly packageName: string;
  /** The spec as headers name it, relative to the output folder's project. */
  readonly specFile: string;
  /** Only for the client. */
  readonly additions?: Additions | undefined;
  /** The bundled spec, for the docs. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Only for the docs. */
  readonly docs?: DocsInputs | undefined;
}

/** What is written by hand for the docs, or recorded for them. */
export interface DocsInputs {
  /** Markdown files by their names: `01-quickstart.md`. */
  readonly guides: readonly { readonly name: string; readonly text: string }[];
  /** Responses that came when the samples were sent, by operation. */
  readonly recorded: Readonly<Record<string, { readonly status: number; readonly body?: unknown }>>;
}

/** Hand-written code that becomes part of the client. */
export interface Additions {
  /** By their names below the folder of additions: `files.ts`. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly methods: readonly AdditionMethod[];
  readonly entries: readonly { readonly name: string; readonly file: string }[];
}

/** A method of a resource, and the function behind it. */
export interface AdditionMethod {
  /** The resource's path, with dots. */
  readonly resource: string;
  readonly method: string;
  readonly file: string;
  readonly function: string;
}

/** Makes one artefact from the model: a pure function. */
export interface Emitter {
  readonly name: string;
  emit(model: ApiModel, options: EmitOptions): readonly EmittedFile[] | Promise<readonly EmittedFile[]>;
}
