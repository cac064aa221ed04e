/** Where something stands in a file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong: how the command was called, the config, an artefact's options, or the output folder. */
export type UserErrorRule = "usage" | "config" | "artefact" | "output";

/** Something outside the spec that stops a build and that its user can fix. Nothing was written. */
export class UserError extends Error {
  override readonly name: string = "UserError";

  constructor(
    readonly rule: UserErrorRule,
    message: string,
    /** What to do about it. */
    readonly remedy: string,
    readonly location?: Place,
  ) {
    super(message);
  }
}
