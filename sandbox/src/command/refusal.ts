/** Why the sandbox does not start, in words that tell what to do about it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Does a part of the start; where it fails, says which part, why, and what to do. */
export async function explained<Result>(
  what: string,
  remedy: string,
  part: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await part();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${what}: ${reasonOf(error).replace(/\.$/, "")}. ${remedy}`, { cause: error });
  }
}

/** The innermost reason. A name with several addresses fails once for each, and the error around them says nothing. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return error.message || code || error.name;
}
