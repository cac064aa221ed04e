import { LeaseWatch } from "./agents/lease-watch.js";
import { createClock, type Clock } from "./clock.js";
import { openDatabase, type Database } from "./database/open.js";
import { sharedSecret } from "./database/settings.js";
import type { DeliveryParts } from "./deliveries/parts.js";
import { Deliveries } from "./deliveries/worker.js";
import { openFileStore } from "./files/open-store.js";
import type { S3Options } from "./files/s3-store.js";
import type { FileStore } from "./files/store.js";
import { createHandlers } from "./handlers/index.js";
import { createApi, type ApiOptions } from "./http/api.js";
import { createApp } from "./http/app.js";
import { isDropped } from "./http/faults.js";
import { logged } from "./http/logged.js";
import type { DocsCredentials } from "./http/page-routes.js";
import type { Peer } from "./http/peer.js";
import type { RequestContext } from "./http/request-context.js";
import { createIds, type Ids } from "./ids.js";
import { factsOf, silentLog, type Log } from "./log.js";
import { prune } from "./prune.js";
import { openRedis } from "./redis.js";
import { countAttempt, traced } from "./telemetry.js";
import { Recorder } from "./status/recorder.js";

export interface SandboxOptions extends ApiOptions {
  /** An open database, which stays open; otherwise one is opened by `databaseUrl` or `dataDir`. */
  readonly database?: Database;
  readonly databaseUrl?: string;
  /** The folder of the embedded database; without it, it lives in memory. */
  readonly dataDir?: string;
  /** The Redis that instances count rate limits in together; without it, each counts in memory. */
  readonly redisUrl?: string;
  /** The bucket that files are kept in; without it, they are kept in `filesDir`. */
  readonly s3?: S3Options;
  /** The folder that files are kept in; without it, in a temporary one that goes with the sandbox. */
  readonly filesDir?: string;
  /**
   * Whether webhooks may lead to this machine and network, and without TLS. True unless told: it is for those who
   * integrate at home. False holds to what the spec says.
   */
  readonly allowLocalWebhooks?: boolean;
  /** False sends no webhooks until `deliveries.runDue()` is called. */
  readonly runDeliveries?: boolean;
  /** The address that others know it by: the issuer of its tokens, and what the `source` of events begins with. */
  readonly publicUrl?: string;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Credentials that samples in the docs are run with, on this machine alone; without them, they are not run. */
  readonly docsCredentials?: () => DocsCredentials | undefined;
}

export interface Sandbox {
  /** A fetch, in process. Rejects, as any does, where a fault was asked for that drops the connection. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** The same for a server, which drops connections by itself: see `isDropped`. */
  answer(request: Request, peer?: Peer): Promise<Response>;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly deliveries: Deliveries;
  /** Where the bytes of files are. */
  readonly files: FileStore;
  /** Has long polls answer at once, from now on: called before a server closes. */
  endWaits(): void;
  /** Ends what runs in the background and closes what the sandbox opened. */
  close(): Promise<void>;
}

/** The workspace API, running. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = createClock(), log = silentLog, runDeliveries = true, publicUrl } = options;
  const database = options.database ?? (await openOwn(options));
  const redis = options.redisUrl === undefined ? undefined : await openRedis(options.redisUrl, log);
  const files = await openFileStore(options, database, clock);
  const ids = createIds(() => clock.now());
  const deliveryParts: DeliveryParts = {
    database,
    clock,
    ids,
    allowLocal: options.allowLocalWebhooks ?? true,
    sourceBase: publicUrl ?? "",
    onAttempt: (facts) => {
      countAttempt(facts);
      log.info("delivery", facts);
    },
    onError: (error) => log.error("deliveries are held up", factsOf(error)),
    tidy: (now) => prune(database, files.store, now),
  };
  const deliveries = new Deliveries(deliveryParts);
  const closing = new AbortController();
  const parts = {
    database,
    redis,
    clock,
    ids,
    log,
    publicUrl,
    isLimited: options.rateLimits ?? true,
    uploads: files.routes,
    docsCredentials: options.docsCredentials,
    cursorSecret: await sharedSecret(database.db, "cursor"),
    closing: closing.signal,
    recorder: new Recorder(),
    contexts: new WeakMap<Request, RequestContext>(),
    peers: new WeakMap<Request, Peer>(),
    handlers: createHandlers({ deliveries: deliveryParts, store: files.store }),
    wake: () => (runDeliveries ? deliveries.wake() : undefined),
  };
  const app = createApp({ ...parts, api: createApi(parts, options) });
  const answer = traced(
    logged(async (request, peer) => app.fetch(request, peer ?? {}), parts),
    parts.contexts,
  );
  const leases = new LeaseWatch({ database, clock, ids, onLapse: parts.wake });
  if (runDeliveries) {
    deliveries.start();
    leases.start((error) => log.error("leases are held up", factsOf(error)));
  }
  return {
    answer,
    async fetch(input, init) {
      const response = await answer(arriving(input, init));
      if (isDropped(response)) throw new TypeError("The connection was dropped, as X-Sandbox-Fault asked.");
      return response;
    },
    database,
    clock,
    ids,
    deliveries,
    files: files.store,
    endWaits: () => closing.abort(),
    async close() {
      closing.abort();
      await leases.stop();
      await deliveries.stop();
      await files.close();
      redis?.disconnect();
      if (!options.database) await database.close();
    },
  };
}

/** A request as it arrives over a network, where whoever sends a body tells its length. */
function arriving(input: string | URL | Request, init?: RequestInit): Request {
  const request = new Request(input, init);
  const length = lengthOf(init?.body);
  if (length !== undefined && !request.headers.has("content-length"))
    request.headers.set("content-length", String(length));
  return request;
}

function lengthOf(body: RequestInit["body"]): number | undefined {
  if (typeof body === "string") return Buffer.byteLength(body);
  if (body instanceof Blob) return body.size;
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? body.byteLength : undefined;
}

function openOwn({ databaseUrl: url, dataDir }: SandboxOptions): Promise<Database> {
  return openDatabase({ ...(url !== undefined && { url }), ...(dataDir !== undefined && { dataDir }) });
}
