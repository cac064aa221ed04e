import { createServer, type Handlers, type Server } from "@workspace-api/server";
import type { Redis } from "ioredis";

import { authentication, permission } from "../auth/layers.js";
import type { Database } from "../database/open.js";
import { factsOf, type Log } from "../log.js";
import { protectedResourceOf } from "../oauth/parts.js";
import { AddressLimits, addressLimiting } from "./address-limits.js";
import { addresses } from "./addresses.js";
import { crossOrigin } from "./cors.js";
import { validators } from "./etag.js";
import { FairShare } from "./fair-share.js";
import { faultInjection } from "./faults.js";
import { retriable } from "./outages.js";
import type { Peer } from "./peer.js";
import { rateLimiting, RateLimits, windowsOf } from "./rate-limits.js";
import { RequestContext, type RequestParts } from "./request-context.js";
import { sharing } from "./sharing.js";
import { storableText } from "./text.js";
import { workspaceOfRequest } from "./workspaces.js";
import { writes } from "./writes.js";

interface ApiParts extends RequestParts {
  readonly database: Database;
  readonly redis: Redis | undefined;
  readonly log: Log;
  /** What is known of each request, for the log. */
  readonly contexts: WeakMap<Request, RequestContext>;
  /** Who sent each request, as far as a server told. */
  readonly peers: WeakMap<Request, Peer>;
  readonly handlers: Handlers<RequestContext>;
  /** The address that others know the sandbox by; unless given, the one that the request was sent to. */
  readonly publicUrl?: string | undefined;
  /** Called when there are events to deliver. */
  readonly wake: () => void;
}

/** Far more than a program that is set up wrongly sends by hand, and far less than it takes to guess anything. */
const ADDRESS_LIMIT = 100;

export interface ApiOptions {
  /** False lets every request through; the headers say that nothing was used. */
  readonly rateLimits?: boolean;
  /** Other limits for windows of the contract, by their names. */
  readonly limits?: Readonly<Record<string, number>>;
  /** So many requests in a minute may come from one address without a good credential; 0 lets all through. */
  readonly addressLimit?: number;
  /** The most bytes that a body may have; 1 MiB unless told. */
  readonly maxBodyBytes?: number;
  /** False ignores `X-Sandbox-Fault`. */
  readonly faults?: boolean;
  /** For tests: a response that the spec does not allow rejects with a `ContractError`. */
  readonly checkResponses?: boolean;
}

/** The API by its contract: the handlers, and the layers around them from the outermost inwards. */
export function createApi(parts: ApiParts, options: ApiOptions): Server {
  const { database, clock, log, contexts } = parts;
  const { db } = database;
  const { rateLimits = true, addressLimit = ADDRESS_LIMIT, faults = true, checkResponses = false } = options;
  const metadataOf = (request: Request): string => protectedResourceOf(request, parts);
  const onOutage = (error: unknown): void =>
    log.error("the database or the file store is away", factsOf(error));
  return createServer<RequestContext>(parts.handlers, {
    context: ({ operation, request, requestId }) => {
      const { left } = parts.peers.get(request) ?? {};
      const own = left && operation.method === "GET" ? database.reader(left) : db;
      const context = new RequestContext(operation.id, request, requestId, own, parts);
      contexts.set(request, context);
      return context;
    },
    outer: [
      crossOrigin,
      ...(faults ? [faultInjection] : []),
      // What fails in the inner layers comes back as an answer, so that they are guarded by themselves.
      ...(rateLimits && addressLimit > 0
        ? [addressLimiting(new AddressLimits(addressLimit, parts.redis), parts.peers)]
        : []),
      retriable(authentication(keepCredential, { db, clock, metadataOf }), onOutage),
      rateLimiting(new RateLimits(clock, parts.redis, windowsOf(options.limits)), rateLimits),
      sharing(new FairShare(Math.ceil(database.connections / 2))),
      permission<RequestContext>(({ credential }) => credential, metadataOf),
    ],
    inner: [
      storableText,
      retriable(workspaceOfRequest, onOutage),
      writes(database, clock, parts.wake),
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
    checkResponses,
    ...(options.maxBodyBytes !== undefined && { maxBodyBytes: options.maxBodyBytes }),
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
