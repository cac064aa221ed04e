import type { Database } from "../../sandbox/src/database/open.js";

/** A transaction that has begun, and waits in the middle until it is told to go on. */
export async function openTransaction(
  database: Database,
  query = "select 1",
): Promise<{ carryOn: () => void; end: Promise<void> }> {
  let carryOn = (): void => {};
  let entered = (): void => {};
  const isInside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const end = database.transaction(async (tx) => {
    await tx.execute(query);
    await new Promise<void>((resolve) => {
      carryOn = resolve;
      entered();
    });
    await tx.execute("select 1");
  });
  await isInside;
  return { carryOn, end };
}
