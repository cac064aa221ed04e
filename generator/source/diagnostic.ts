/** Where something stands in a file. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** JSON Pointer (RFC 6901) of the node within its file. */
  readonly pointer?: string;
}

/** Something that is wrong with a spec, where it stands, and what to do about it. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** The rule that it breaks, kebab-case. */
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
  readonly location?: Location;
  /** Absolute path of a file that does not exist; `watch` builds again when it comes. */
  readonly missing?: string;
}

/** A spec that cannot be used. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  /** At least one, all of them errors. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ message }) => message).join("\n"));
    this.diagnostics = diagnostics;
  }
}

/** An error about a file as a whole, or a place in it. */
export function specError(rule: string, message: string, remedy: string, location: Location): SpecError {
  return new SpecError([{ severity: "error", rule, message, remedy, location }]);
}
