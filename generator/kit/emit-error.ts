/** Something that was asked for cannot be emitted: a mistake in what is written by hand beside the spec. */
export class EmitError extends Error {
  override readonly name = "EmitError";

  constructor(
    message: string,
    /** What to do about it. */
    readonly remedy: string,
  ) {
    super(message);
  }
}
