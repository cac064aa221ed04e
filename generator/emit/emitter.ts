import type { ApiModel } from "../model/api-model.js";

/** A file that an emitter makes. Nothing is written here; that is the output room's work. */
export interface EmittedFile {
  /** Relative to the output folder, with forward slashes. */
  readonly path: string;
  readonly content: string;
  /** Whether the formatter should run over it. */
  readonly format: boolean;
}

/** What emitters are told besides the model. */
export interface EmitOptions {
  /** The npm name of the package, such as `@acme/client`. */
  readonly packageName: string;
  /** The spec as headers name it, relative to the output folder's project. */
  readonly specFile: string;
  /** The bundled spec, for the docs. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** Makes one artefact from the model: a pure function. */
export interface Emitter {
  readonly name: string;
  emit(model: ApiModel, options: EmitOptions): readonly EmittedFile[] | Promise<readonly EmittedFile[]>;
}
