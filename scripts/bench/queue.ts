import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { table } from "./measure.js";
import { octokit, ours, type Peer } from "./peers.js";

const CALLS = 10_000;

/** What calls cost that have to wait: the memory that each holds, and the work from the call to its answer. */
export async function benchQueue(): Promise<void> {
  // Those that are measured in memory wait for an hour; the others go a thousand at a time.
  const rows = [
    await row(await ours(1, 3_600_000), await ours(1000, 10)),
    await row(await octokit(), await octokit()),
  ];
  table(
    `${CALLS.toLocaleString("en")} calls at once, without a network`,
    ["", "memory per queued call", "time to queue", "CPU per call, queued and answered"],
    rows,
  );
}

async function row(waiting: Peer, going: Peer): Promise<string[]> {
  const never = (): Promise<Response> => new Promise(() => {});
  const queue = waiting.connect("http://localhost", never);
  void queue();
  await setImmediate();
  const before = heapBytes();
  const start = performance.now();
  const calls = Array.from({ length: CALLS }, () => queue());
  await setImmediate();
  const queueMs = performance.now() - start;
  const bytes = (heapBytes() - before) / calls.length;

  const stub = (): Promise<Response> => Promise.resolve(Response.json({ taskId: "tsk_1" }));
  const call = going.connect("http://localhost", stub);
  for (let count = 0; count < 500; count += 1) await call();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: CALLS }, () => call()));
  const { user, system } = process.cpuUsage(cpu);
  return [
    waiting.name,
    `${(bytes / 1000).toFixed(2)} kB`,
    `${queueMs.toFixed(0)} ms`,
    `${((user + system) / CALLS).toFixed(0)} µs`,
  ];
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") for (let count = 0; count < 3; count += 1) collect();
  return process.memoryUsage().heapUsed;
}
