/** Deadlocks and failed serialisations: the transaction is undone and can simply be run again. */
const PASSING_ERRORS = new Set(["40001", "40P01"]);
const MAX_RUNS = 4;

/** Runs a transaction again where it met another that had to win. */
export async function repeated<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count += 1) {
    try {
      return await run();
    } catch (error) {
      if (count === MAX_RUNS || !PASSING_ERRORS.has(sqlStateOf(error) ?? "")) throw error;
    }
  }
}

/** The SQLSTATE of a database error, which the query builder wraps. */
function sqlStateOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code))
      return cause.code;
  }
  return undefined;
}
