/** A call that is not right: the command ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}
