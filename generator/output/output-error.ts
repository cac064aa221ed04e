/** An output folder that cannot be written as asked. Nothing in it was changed. */
export class OutputError extends Error {
  override readonly name = "OutputError";

  constructor(
    message: string,
    /** What to do about it. */
    readonly remedy: string,
    readonly path?: string,
  ) {
    super(message);
  }
}
