import type { RateLimitWindow } from "../../templates/client/src/runtime/policy.js";
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
