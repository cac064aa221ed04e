/** What the artefacts in TypeScript are told besides the model. */
export interface EmitOptions {
  /** The npm name of the package, such as `@acme/client`. */
  readonly packageName: string;
  /** The spec as headers name it. */
  readonly specFile: string;
}
