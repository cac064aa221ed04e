import { contract, createServer, type Server } from "@workspace-api/server";
import { Hono } from "hono";
import { Redis } from "ioredis";

import { authentication, permission } from "./auth/layers.js";
import { createClock, type Clock } from "./clock.js";
import { openDatabase, type Database } from "./database/open.js";
import { sharedSecret } from "./database/settings.js";
import { handlers } from "./handlers/index.js";
import { addresses } from "./http/addresses.js";
import { crossOrigin, preflight } from "./http/cors.js";
import { validators } from "./http/etag.js";
import { faultInjection, isDropped } from "./http/faults.js";
import { pageRoutes } from "./http/page-routes.js";
import { rateLimiting, RateLimits } from "./http/rate-limits.js";
import { RequestContext, type RequestParts } from "./http/request-context.js";
import { workspaceOfRequest } from "./http/workspaces.js";
import { writes } from "./http/writes.js";
import { createIds, type Ids } from "./ids.js";
import { factsOf, silentLog, type Log } from "./log.js";

export interface SandboxOptions {
  /** An open database, which stays open; otherwise one is opened by `databaseUrl` or `dataDir`. */
  readonly database?: Database;
  readonly databaseUrl?: string;
  /** The folder of the embedded database; without it, it lives in memory. */
  readonly dataDir?: string;
  /** The Redis that instances count rate limits in together; without it, each counts in memory. */
  readonly redisUrl?: string;
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
  /** Answers a request, in process. */
  fetch(request: Request): Promise<Response>;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Ends what runs in the background and closes what the sandbox opened. */
  close(): Promise<void>;
}

/** The workspace API, running. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.clock ?? createClock();
  const { databaseUrl: url, dataDir } = options;
  const database =
    options.database ??
    (await openDatabase({ ...(url !== undefined && { url }), ...(dataDir !== undefined && { dataDir }) }));
  const redis =
    options.redisUrl === undefined ? undefined : openRedis(options.redisUrl, options.log ?? silentLog);
  const ids = createIds(() => clock.now());
  const cursorSecret = await sharedSecret(database.db, "cursor");
  const api = createApi({ clock, ids, cursorSecret }, database, redis, options);
  const app = new Hono();
  app.route("/", pageRoutes(database));
  app.options(`${contract.basePath}/*`, () => preflight());
  app.all("*", (c) => api(c.req.raw));
  // Only a response that the spec does not allow comes this far, and only in tests, which shall see it.
  app.onError((error) => {
    throw error;
  });
  return {
    fetch: async (request) => {
      const response = await app.fetch(request);
      if (isDropped(response))
        throw new TypeError("The sandbox dropped the connection, as X-Sandbox-Fault asked.");
      return response;
    },
    database,
    clock,
    ids,
    async close() {
      redis?.disconnect();
      if (!options.database) await database.close();
    },
  };
}

function createApi(
  parts: RequestParts,
  database: Database,
  redis: Redis | undefined,
  options: SandboxOptions,
): Server {
  const log = options.log ?? silentLog;
  const limits = new RateLimits(parts.clock, redis);
  return createServer<RequestContext>(handlers, {
    context: ({ operation, request, requestId }) =>
      new RequestContext(operation.id, request, requestId, database.db, parts),
    outer: [
      crossOrigin,
      ...(options.faults === false ? [] : [faultInjection]),
      authentication<RequestContext>(keepCredential, { db: database.db, clock: parts.clock }),
      rateLimiting(limits, options.rateLimits ?? true),
      permission<RequestContext>(({ credential }) => credential),
    ],
    inner: [workspaceOfRequest, writes(database, () => {}), addresses, validators<RequestContext>()],
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

function openRedis(url: string, log: Log): Redis {
  // Without a connection, commands fail at once, and the limits are counted in memory meanwhile.
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  redis.on("error", (error: Error) => log.error("redis is out of reach", factsOf(error)));
  return redis;
}
