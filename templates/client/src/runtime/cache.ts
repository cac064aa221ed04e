import { systemClock } from "./clock.js";
import type { RuntimeEvent } from "./events.js";
import type { CallContext, Next, OutgoingRequest, Ring } from "./fetch.js";
import type { CacheRule } from "./operation.js";
import { subjectOf } from "./observe.js";
import type { RingSetup } from "./ring-setup.js";

/** Answers that are kept; the one that was not used for longest goes first. */
const MOST_ENTRIES = 500;

interface Entry {
  readonly response: Response;
  readonly etag: string | null;
  freshUntil: number;
}

/** Reads of one URL that are under way together. */
interface Shared {
  readonly answer: Promise<Response>;
  readonly controller: AbortController;
  waiting: number;
}

/** The ring that keeps what the spec says is fresh for a while. One for each client, and so for each credential. */
export function cacheRing({ options, emit }: RingSetup): Ring {
  const { clock = systemClock } = options;
  const entries = new Map<string, Entry>();
  const underWay = new Map<string, Shared>();

  /** Gets an answer from the server, or the kept one if the server says that it still holds. */
  async function load(
    key: string,
    rule: CacheRule,
    { headers, ...request }: OutgoingRequest,
    next: Next,
    tell: Tell,
  ): Promise<Response> {
    const kept = entries.get(key);
    const conditional = new Headers(headers);
    if (kept?.etag && !headers.has("if-none-match")) conditional.set("if-none-match", kept.etag);
    const response = await next({ ...request, headers: conditional });
    if (response.status === 304 && kept) {
      void response.body?.cancel();
      kept.freshUntil = clock.now() + rule.freshMs;
      tell("revalidated");
      return kept.response.clone();
    }
    tell("miss");
    if (response.status !== 200) return response;
    // Read as a whole, so that what is kept is complete and depends on no connection.
    const whole = new Response(await response.arrayBuffer(), response);
    entries.delete(key);
    entries.set(key, {
      response: whole,
      etag: rule.etag ? whole.headers.get("etag") : null,
      freshUntil: clock.now() + rule.freshMs,
    });
    const [oldest] = entries.keys();
    if (entries.size > MOST_ENTRIES && oldest !== undefined) entries.delete(oldest);
    return whole.clone();
  }

  /** Joins the reads of a URL; the request itself ends only when nobody waits for it any more. */
  async function share(
    key: string,
    call: CallContext,
    start: (signal: AbortSignal) => Promise<Response>,
  ): Promise<Response> {
    let shared = underWay.get(key);
    if (!shared) {
      const controller = new AbortController();
      const answer = start(controller.signal).finally(() => underWay.delete(key));
      shared = { answer, controller, waiting: 0 };
      underWay.set(key, shared);
    }
    const joined = shared;
    joined.waiting += 1;
    const leave = (): void => {
      joined.waiting -= 1;
      if (joined.waiting === 0) joined.controller.abort(call.signal.reason);
    };
    call.signal.addEventListener("abort", leave, { once: true });
    try {
      return (await joined.answer).clone();
    } finally {
      call.signal.removeEventListener("abort", leave);
    }
  }

  return async (request, next, call) => {
    const rule = call.operation?.cache;
    const { method } = request;
    if (options.cache === false || call.cache === false) return next(request);
    if (!rule || method !== "GET") {
      const response = await next(request);
      if (!/^(GET|HEAD|OPTIONS)$/.test(method) && response.ok) forget(entries, new URL(request.url).pathname);
      return response;
    }
    const key = `${request.url} ${request.headers.get("accept") ?? ""}`;
    const tell: Tell = (outcome) => emit({ ...subjectOf(request, call), type: "cache", outcome });
    const kept = entries.get(key);
    if (kept && kept.freshUntil > clock.now() && call.cache !== "reload") {
      entries.delete(key);
      entries.set(key, kept);
      tell("hit");
      return kept.response.clone();
    }
    if (underWay.has(key)) tell("shared");
    return share(key, call, (signal) => {
      // It belongs to nobody in particular: each who waits has a deadline of their own.
      const own = { ...call, signal, deadline: Infinity };
      return load(key, rule, request, (following) => next(following, own), tell);
    });
  };
}

type Tell = (outcome: Extract<RuntimeEvent, { type: "cache" }>["outcome"]) => void;

/** A write changes what it names, the lists that this is in, and what lies below it. */
function forget(entries: Map<string, Entry>, path: string): void {
  for (const key of entries.keys()) {
    const kept = new URL(key.split(" ")[0] ?? "").pathname;
    if (`${path}/`.startsWith(`${kept}/`) || `${kept}/`.startsWith(`${path}/`)) entries.delete(key);
  }
}
