import type { RuntimeEvent } from "./events.js";
import type { CallContext, Layer, LayerSetup, OutgoingRequest } from "./layer.js";
import { Lifetime } from "./lifetime.js";
import type { CachePolicy } from "./policy.js";
import { subjectOf } from "./observe.js";
import { connectionError, discard } from "./transport.js";

/** Answers that are kept; the one that was not used for longest goes first. */
const MOST_ENTRIES = 500;

/** An answer as bytes: a `Response` that is cloned time and again would keep a queue for each clone. */
interface Entry {
  readonly body: ArrayBuffer;
  readonly headers: Headers;
  readonly etag: string | null;
  freshUntil: number;
}

/** Reads of one URL that are under way together. */
interface Shared {
  readonly answer: Promise<Response>;
  readonly lifetime: Lifetime;
  /** That of the request, which is nobody's in particular. */
  readonly call: CallContext;
  waiting: number;
}

/** The layer that keeps what the spec says is fresh for a while, for each credential and whatever else is in the headers. */
export function cacheLayer({ clock, emit, identify }: LayerSetup): Layer {
  const entries = new Map<string, Entry>();
  const underWay = new Map<string, Shared>();

  /** Keeps an entry as the one that was used last. */
  function keep(key: string, entry: Entry): Response {
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > MOST_ENTRIES && oldest !== undefined) entries.delete(oldest);
    return new Response(entry.body, entry);
  }

  /** Gets an answer from the server, or the kept one if the server says that it still holds. */
  async function load(
    key: string,
    { freshMs, etag }: CachePolicy,
    request: OutgoingRequest,
    send: (request: OutgoingRequest) => Promise<Response>,
    tell: Tell,
    isCurrent: () => boolean,
  ): Promise<Response> {
    const kept = entries.get(key);
    const validator: Record<string, string> = kept?.etag ? { "if-none-match": kept.etag } : {};
    const response = await send({ ...request, headers: { ...request.headers, ...validator } });
    const freshUntil = clock.now() + freshMs;
    if (response.status === 304 && kept) {
      discard(response);
      tell("revalidated");
      return isCurrent() ? keep(key, { ...kept, freshUntil }) : new Response(kept.body, kept);
    }
    tell("miss");
    if (response.status !== 200 || /no-store/i.test(response.headers.get("cache-control") ?? ""))
      return response;
    // Read as a whole, so that what is kept is complete and depends on no connection.
    const entry = {
      body: await response.arrayBuffer().catch((error: unknown) => {
        throw connectionError(error, { status: 200 });
      }),
      headers: response.headers,
      etag: etag ? response.headers.get("etag") : null,
      freshUntil,
    };
    // What a write has changed meanwhile is not kept.
    return isCurrent() ? keep(key, entry) : new Response(entry.body, entry);
  }

  /** Joins the reads of a URL; the request itself ends only when nobody waits for it any more. */
  async function share(
    key: string,
    call: CallContext,
    start: (own: CallContext, isCurrent: () => boolean) => Promise<Response>,
  ): Promise<Response> {
    let shared = underWay.get(key);
    if (!shared) {
      // It belongs to nobody in particular: each who waits has a deadline of their own.
      const lifetime = new Lifetime(undefined, Infinity);
      const isCurrent = (): boolean => underWay.get(key)?.lifetime === lifetime;
      const own = { ...call, lifetime };
      const answer = start(own, isCurrent).finally(() => isCurrent() && underWay.delete(key));
      shared = { answer, lifetime, call: own, waiting: 0 };
      underWay.set(key, shared);
    }
    const joined = shared;
    joined.waiting += 1;
    let over: unknown;
    const leave = (reason: unknown): void => {
      over = reason;
      joined.waiting -= 1;
      if (joined.waiting > 0) return;
      if (underWay.get(key) === joined) underWay.delete(key);
      joined.lifetime.stop(reason);
    };
    call.lifetime.onEnd(leave);
    try {
      const response = await joined.answer;
      if (over) throw over;
      joined.waiting -= 1;
      // The last takes the answer itself: a copy that nobody reads would hold the connection.
      return joined.waiting > 0 ? response.clone() : response;
    } finally {
      call.lifetime.offEnd(leave);
      call.attempts = joined.call.attempts;
      call.unrepeated = joined.call.unrepeated;
    }
  }

  return async (request, next, call) => {
    const rule = call.operation?.cache;
    const { method, headers } = request;
    if (!/^(GET|HEAD|OPTIONS)$/.test(method)) {
      // A write that failed may have been carried out.
      return next(request, call).finally(() => {
        const { pathname } = new URL(request.url);
        forget(entries, pathname);
        forget(underWay, pathname);
      });
    }
    if (!rule || method !== "GET" || call.cache === false || "if-none-match" in headers)
      return next(request, call);
    // Without its credential a request cannot be told from another's; sending it will say what is wrong.
    const secrets = await identify(request, call).catch(() => undefined);
    if (!secrets) return next(request, call);
    const key = JSON.stringify([request.url, secrets, headers]);
    const tell: Tell = (outcome) => emit({ ...subjectOf(request, call), type: "cache", outcome });
    const kept = entries.get(key);
    if (kept && kept.freshUntil > clock.now() && call.cache !== "reload") {
      tell("hit");
      return keep(key, kept);
    }
    if (underWay.has(key)) tell("shared");
    return share(key, call, (own, isCurrent) => {
      return load(key, rule, request, (following) => next(following, own), tell, isCurrent);
    });
  };
}

type Tell = (outcome: Extract<RuntimeEvent, { type: "cache" }>["outcome"]) => void;

/** A write changes what it names, the lists that this is in, and what lies below it. */
function forget(kept: Map<string, unknown>, path: string): void {
  for (const key of kept.keys()) {
    const [url]: string[] = JSON.parse(key);
    const other = new URL(url ?? "").pathname;
    if (`${path}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${path}/`)) kept.delete(key);
  }
}
