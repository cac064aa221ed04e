import { table } from "./measure.js";
import { bare, ky, octokit, ofetch, openai, openapiFetch, ours, stripe, type Peer } from "./peers.js";
import { limiting } from "./servers.js";

const CALLS = 100;
const LIMIT = 20;
const WINDOW_MS = 2000;
/** Whoever is not done by then is stopped. */
const PATIENCE_MS = 120_000;

/** 100 calls at once against a server that lets 20 through per 2 seconds. */
export async function benchLimits(): Promise<void> {
  const rows: string[][] = [];
  const peers = [
    await ours(LIMIT, WINDOW_MS),
    await ours(),
    await octokit(),
    await ky(),
    await openai(),
    await ofetch(),
    openapiFetch,
    await stripe(),
    bare,
  ];
  for (const peer of peers) rows.push(await run(peer));
  table(
    `${CALLS} calls at once, ${LIMIT} let through per ${WINDOW_MS / 1000} seconds`,
    ["", "delivered", "sent", "refused", "seconds"],
    rows,
  );
}

async function run({ name, connect }: Peer): Promise<string[]> {
  const server = await limiting(LIMIT, WINDOW_MS);
  const call = connect(server.url);
  let delivered = 0;
  const start = performance.now();
  const calls = Array.from({ length: CALLS }, async () => {
    const data = await call().catch(() => undefined);
    // Some take a refusal's body for the data.
    if (data instanceof Object && !("message" in data)) delivered += 1;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([
    Promise.all(calls),
    new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS))),
  ]);
  clearTimeout(timer);
  const seconds = (performance.now() - start) / 1000;
  const { sent, refused } = server.counts;
  server.close();
  return [name, String(delivered), String(sent), String(refused), seconds.toFixed(1)];
}
