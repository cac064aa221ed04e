import { contract, createServer, type Handlers, type Server } from "@workspace-api/server";
import { Hono } from "hono";
import { Redis } from "ioredis";

import { LeaseWatch } from "./agents/lease-watch.js";
import { authentication, permission } from "./auth/layers.js";
import { createClock, type Clock } from "./clock.js";
import { openDatabase, type Database } from "./database/open.js";
import { sharedSecret } from "./database/settings.js";
import { createDeliveries, type Deliveries, type DeliveryParts } from "./deliveries/worker.js";
import { openFileStore } from "./files/open-store.js";
import type { FileStore } from "./files/store.js";
import type { S3Options } from "./files/s3-store.js";
import { createHandlers } from "./handlers/index.js";
import { addresses } from "./http/addresses.js";
import { crossOrigin, preflight } from "./http/cors.js";
import { validators } from "./http/etag.js";
import { faultInjection, isDropped } from "./http/faults.js";
import { isOutage, PATIENCE_SECONDS, retriable } from "./http/outages.js";
import { pageRoutes } from "./http/page-routes.js";
import { rateLimiting, RateLimits } from "./http/rate-limits.js";
import { RequestContext, type RequestParts } from "./http/request-context.js";
import { storableText } from "./http/text.js";
import { workspaceOfRequest } from "./http/workspaces.js";
import { writes } from "./http/writes.js";
import { logged } from "./http/logged.js";
import { createIds, type Ids } from "./ids.js";
import { oauthRoutes } from "./oauth/routes.js";
import { factsOf, silentLog, type Log } from "./log.js";
import { isPerson, notFoundPage } from "./pages/not-found.js";
import { prune } from "./prune.js";
import { Recorder } from "./status/recorder.js";
import { statusRoutes, type Peer } from "./status/routes.js";

export interface SandboxOptions {
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
  /** False lets every request through; the headers say that nothing was used. */
  readonly rateLimits?: boolean;
  /** False ignores `X-Sandbox-Fault`. */
  readonly faults?: boolean;
  /** For tests: a response that the spec does not allow rejects with a `ContractError`. */
  readonly checkResponses?: boolean;
}

export interface Sandbox {
  /** Answers a request, in process. Rejects, as a fetch does, where a fault was asked for that drops the connection. */
  fetch(request: Request): Promise<Response>;
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

const scopes = contract.securitySchemes["oauth"]?.scopes ?? {};

/** The workspace API, running. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.clock ?? createClock();
  const { databaseUrl: url, dataDir } = options;
  const database =
    options.database ??
    (await openDatabase({ ...(url !== undefined && { url }), ...(dataDir !== undefined && { dataDir }) }));
  const redis =
    options.redisUrl === undefined ? undefined : await openRedis(options.redisUrl, options.log ?? silentLog);
  const ids = createIds(() => clock.now());
  const cursorSecret = await sharedSecret(database.db, "cursor");
  const log = options.log ?? silentLog;
  const files = await openFileStore(options, database, clock);
  const deliveryParts: DeliveryParts = {
    database,
    clock,
    ids,
    allowLocal: options.allowLocalWebhooks ?? true,
    sourceBase: options.publicUrl ?? "",
    onAttempt: (facts) => log.info("delivery", facts),
    onError: (error) => log.error("deliveries are held up", factsOf(error)),
    tidy: (now) => prune(database, files.store, now),
  };
  const deliveries = createDeliveries(deliveryParts);
  const wake = (): void => (options.runDeliveries === false ? undefined : deliveries.wake());
  const recorder = new Recorder();
  const contexts = new WeakMap<Request, RequestContext>();
  const closing = new AbortController();
  const api = createApi({ clock, ids, cursorSecret, closing: closing.signal }, database, {
    ...options,
    log,
    redis,
    contexts,
    wake,
    handlers: createHandlers({ deliveries: deliveryParts, store: files.store }),
  });
  const app = new Hono<{ Bindings: Peer }>();
  app.route("/", pageRoutes(database));
  app.route("/", statusRoutes({ database, clock, ids, recorder, wake }));
  app.route("/", oauthRoutes({ database, clock, ids, scopes, publicUrl: options.publicUrl }));
  if (files.routes) app.route("/", files.routes);
  app.options(`${contract.basePath}/*`, () => preflight());
  app.all("*", (c) => (isPerson(c.req.raw) ? notFoundPage(c.req.path) : api(c.req.raw)));
  app.onError((error, c) => {
    // Of the API only a response that the spec does not allow comes this far, and only in tests, which shall see it.
    if (c.req.path.startsWith(contract.basePath)) throw error;
    log.error("request failed", { path: c.req.path, ...factsOf(error) });
    if (isOutage(error)) {
      const headers = { "Retry-After": String(PATIENCE_SECONDS) };
      return c.text("The database is away. Try again in a moment.", 503, headers);
    }
    return c.text("Something went wrong here. The log of the sandbox tells more.", 500);
  });
  const leases = new LeaseWatch({ database, clock, ids, onLapse: wake });
  if (options.runDeliveries !== false) {
    deliveries.start();
    leases.start((error) => log.error("leases are held up", factsOf(error)));
  }
  const answer = logged(async (request, peer) => app.fetch(request, peer ?? {}), {
    contexts,
    log,
    clock,
    recorder,
  });
  return {
    answer,
    fetch: async (request) => {
      const response = await answer(request);
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

interface ApiOptions extends SandboxOptions {
  readonly log: Log;
  readonly redis: Redis | undefined;
  /** What is known of each request, for the log. */
  readonly contexts: WeakMap<Request, RequestContext>;
  readonly handlers: Handlers<RequestContext>;
  /** Called when there are events to deliver. */
  readonly wake: () => void;
}

function createApi(parts: RequestParts, database: Database, options: ApiOptions): Server {
  const { log, contexts } = options;
  const limits = new RateLimits(parts.clock, options.redis);
  const authenticated = authentication<RequestContext>(keepCredential, {
    db: database.db,
    clock: parts.clock,
  });
  const onOutage = (error: unknown): void =>
    log.error("the database or the file store is away", factsOf(error));
  return createServer<RequestContext>(options.handlers, {
    context: ({ operation, request, requestId }) => {
      const context = new RequestContext(operation.id, request, requestId, database.db, parts);
      contexts.set(request, context);
      return context;
    },
    outer: [
      crossOrigin,
      ...(options.faults === false ? [] : [faultInjection]),
      retriable(authenticated, onOutage),
      rateLimiting(limits, options.rateLimits ?? true),
      permission<RequestContext>(({ credential }) => credential),
    ],
    inner: [
      storableText,
      retriable(workspaceOfRequest, onOutage),
      writes(database, parts.clock, options.wake),
      addresses,
      validators<RequestContext>(),
    ],
    failures: {
      parameter: "invalid_parameter",
      body: "malformed_body",
      validation: "validation_failed",
      mediaType: "unsupported_media_type",
      tooLarge: "payload_too_large",
      internal: "internal_error",
    },
    requestId: {
      header: "X-Request-Id",
      create: (request) => sentRequestId(request) ?? parts.ids("request"),
    },
    checkResponses: options.checkResponses ?? false,
    onError: (error, call) => {
      log.error("request failed", {
        requestId: call?.requestId,
        operation: call?.operation.id,
        ...factsOf(error),
      });
    },
  });
}

function keepCredential(
  context: RequestContext,
  credential: NonNullable<RequestContext["credential"]>,
): RequestContext {
  context.credential = credential;
  return context;
}

/** The request id that the caller chose, if it is one. */
function sentRequestId(request: Request): string | undefined {
  const sent = request.headers.get("x-request-id");
  return sent !== null && /^req_[\w-]{1,64}$/.test(sent) ? sent : undefined;
}

const REDIS_PATIENCE_MS = 2000;

/**
 * Opens Redis and waits for it, so that the first requests are counted there. While it is out of reach or does not
 * answer, commands fail soon, and the limits are counted in memory.
 */
async function openRedis(url: string, log: Log): Promise<Redis> {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    lazyConnect: true,
    connectTimeout: REDIS_PATIENCE_MS,
    commandTimeout: REDIS_PATIENCE_MS,
    socketTimeout: REDIS_PATIENCE_MS,
  });
  // It tries again and again: what matters is when it went, and when it came back.
  let isAway = false;
  redis.on("error", (error: Error) => {
    if (!isAway) log.error("redis is out of reach: limits are counted in memory", factsOf(error));
    isAway = true;
  });
  redis.on("ready", () => {
    if (isAway) log.info("redis is back");
    isAway = false;
  });
  // A failure was told by the event, and the client goes on trying.
  await redis.connect().catch(() => {});
  return redis;
}
