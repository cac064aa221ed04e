import { Redis } from "ioredis";

import { createRedisStore, type RedisStoreOptions } from "../../templates/client/src/redis/index.js";
import { createRuntime } from "../../templates/client/src/runtime/create-runtime.js";
import { call } from "../../templates/client/src/runtime/call.js";
import type { RateLimitWindow } from "../../templates/client/src/runtime/policy.js";

/** What a process of a test is to do. */
export interface Job {
  readonly process: number;
  readonly url: string;
  /** Where it shares its budget; without, it has one of its own. */
  readonly shared?: { readonly redis: string; readonly store: RedisStoreOptions };
  readonly windows: readonly RateLimitWindow[];
  readonly calls: number;
}

/** What became of it. */
export interface Outcome {
  readonly failed: number;
  readonly order: readonly number[];
  readonly events: readonly string[];
}

/** One of several processes on a credential: makes its calls at once, and tells how it went. */
async function run({ process: own, url, shared, windows, calls }: Job): Promise<Outcome> {
  const client = shared && new Redis(shared.redis);
  client?.on("error", () => {});
  const order: number[] = [];
  const events: string[] = [];
  const definition = {
    name: "t",
    version: "1",
    securitySchemes: {},
    policy: {
      windows,
      refusalStatus: 429,
      retry: {
        statuses: [429],
        delay: [{ header: "Retry-After" }],
        backoff: { initialMs: 100, maxMs: 1000, factor: 2, jitter: "full" },
        maxAttempts: 4,
      },
    },
    defaults: {},
  } as const;
  const api = createRuntime(definition, {
    baseUrl: url,
    rateLimit: shared && client ? { store: createRedisStore(client, shared.store) } : { strict: true },
    onEvent: (event) => void (event.type === "store" && events.push(event.state)),
    fetch: (target, init) => {
      order.push(Number(new URL(String(target)).searchParams.get("n")));
      return fetch(target, init);
    },
  });
  const operation = { id: "get", method: "GET", path: "/" };
  const all = Array.from({ length: calls }, (_, n) => call(api, operation, { query: { p: own, n } }).safe());
  const failed = (await Promise.all(all)).filter(({ ok }) => !ok).length;
  client?.disconnect();
  return { failed, order, events };
}

process.on("message", (job: Job) => void run(job).then((outcome) => process.send?.(outcome)));
process.on("unhandledRejection", () => process.exit(1));
