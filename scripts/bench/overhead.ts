import { table } from "./measure.js";
import { bare, ky, octokit, openapiFetch, ours, type Peer } from "./peers.js";
import { answering } from "./servers.js";

const ROUNDS = 21;
const ROUND_MS = 150;
const WARM_UP_MS = 500;

/** What a call costs over the platform's fetch: against a server on this machine, and without a network. */
export async function benchOverhead(): Promise<void> {
  const peers = [bare, openapiFetch, await ours(1e9, 1000), await ky(), await octokit()];
  const server = await answering();
  const headers = { "content-type": "application/json" };
  const stub = (): Promise<Response> =>
    Promise.resolve(new Response('{"taskId":"tsk_1","title":"Ship it","status":"open"}', { headers }));
  const loopback = await compare(peers, ({ connect }) => connect(server.url));
  const alone = await compare(peers, ({ connect }) => connect("http://localhost", stub));
  server.close();
  const base = loopback[0] ?? NaN;
  const least = alone[0] ?? NaN;
  table(
    "One call after another (median of rounds that take turns)",
    ["", "loopback", "ratio", "no network", "over fetch"],
    peers.map(({ name }, index) => {
      const [there = NaN, here = NaN] = [loopback[index], alone[index]];
      return [
        name,
        `${there.toFixed(0)} µs`,
        `${(there / base).toFixed(2)}×`,
        `${here.toFixed(1)} µs`,
        `${(here - least).toFixed(1)} µs`,
      ];
    }),
  );
}

/** Microseconds that each takes for a call: they take turns, so that what else the machine does falls on all alike. */
async function compare(
  peers: readonly Peer[],
  connect: (peer: Peer) => () => Promise<unknown>,
): Promise<number[]> {
  const timed = peers.map((peer) => ({ call: connect(peer), times: new Array<number>() }));
  for (const { call } of timed) await turn(call, WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { call, times } of timed) times.push(await turn(call, ROUND_MS));
  return timed.map(({ times }) => times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN);
}

/** Calls for a while; gives back the microseconds of a call. */
async function turn(call: () => Promise<unknown>, forMs: number): Promise<number> {
  const start = performance.now();
  let calls = 0;
  let spent = 0;
  for (; spent < forMs; spent = performance.now() - start) {
    await call();
    calls += 1;
  }
  return (spent * 1000) / calls;
}
