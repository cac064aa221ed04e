/**
 * The least of a few results, for what is measured in real time: a machine that is busy with something else makes a
 * result larger, never smaller. Stops as soon as one is below what is wanted.
 */
export async function bestOf(times: number, run: () => Promise<number>, wanted: number): Promise<number> {
  let best = Infinity;
  for (let count = 0; count < times && best >= wanted; count += 1) best = Math.min(best, await run());
  return best;
}
