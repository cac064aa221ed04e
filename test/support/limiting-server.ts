import type { RateLimitWindow } from "../../templates/client/src/runtime/operation.js";
import { json, serve, type TestServer } from "./api-server.js";
import { COUNTERS } from "./counters.js";

/** A real HTTP server that counts in every way at once, and refuses what one of them would. */
export interface LimitingServer extends TestServer {
  /** How many each way of counting would have refused. */
  readonly refused: Record<string, number>;
  /** When the requests arrived, by the clock. */
  readonly arrivals: number[];
}

/** Starts one. `now` is its clock, in milliseconds. */
export async function limitingServer(
  windows: readonly RateLimitWindow[],
  now: () => number = () => performance.now(),
): Promise<LimitingServer> {
  const ways = Object.entries(COUNTERS).map(([name, create]) => ({
    name,
    counters: windows.map(create),
  }));
  const refused: Record<string, number> = Object.fromEntries(ways.map(({ name }) => [name, 0]));
  const arrivals: number[] = [];
  const server = await serve((_, response) => {
    const at = now();
    arrivals.push(at);
    let isRefused = false;
    for (const { name, counters } of ways) {
      const hasRoom = counters.map((counter) => counter(at)).every(Boolean);
      if (hasRoom) continue;
      refused[name] = (refused[name] ?? 0) + 1;
      isRefused = true;
    }
    if (isRefused) json(response, 429, {}, { "retry-after": "1" });
    else json(response, 200, {});
  });
  return { ...server, refused, arrivals };
}

/**
 * The least of a few results: time that passes hundreds of times as fast makes hundreds of times as much of a machine
 * that is busy with something else. Stops as soon as one is below what is wanted.
 */
export async function bestOf(times: number, run: () => Promise<number>, wanted: number): Promise<number> {
  let best = Infinity;
  for (let count = 0; count < times && best >= wanted; count += 1) best = Math.min(best, await run());
  return best;
}
