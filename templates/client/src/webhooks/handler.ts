import {
  checkKeys,
  verifyKey,
  verifyWebhook,
  WebhookVerificationError,
  type WebhookSecrets,
} from "./verify.js";

/** `new`: nobody has had it; `busy`: somebody is at it; `done`: it was handled. */
export type DeliveryState = "new" | "busy" | "done";

/** Remembers which deliveries were handled, since each may come more than once. */
export interface DeliveryLog {
  /** The state of a delivery; one that is `new` is the caller's from now on, and `busy` for all others. */
  take(id: string): DeliveryState | Promise<DeliveryState>;
  /** The delivery was handled. */
  done(id: string): void | Promise<void>;
  /** The delivery was not handled: it is `new` again. A shared log also frees what a process that died had taken. */
  release(id: string): void | Promise<void>;
}

/** What handlers are told besides the event. */
export interface Delivery {
  /** The delivery's id, the same for all attempts. */
  readonly id: string;
  readonly headers: Headers;
}

/** A function for each event that is of interest; others are acknowledged and dropped. */
export type WebhookHandlers<Payloads> = {
  readonly [Name in keyof Payloads]?: (event: Payloads[Name], delivery: Delivery) => void | Promise<void>;
};

/** How deliveries are received. */
export interface WebhookHandlerOptions extends WebhookSecrets {
  /** In memory, the last 10 000, unless given; several processes need one that they share. */
  readonly log?: DeliveryLog | undefined;
  /**
   * Is told of deliveries that were refused, and of handlers that failed. Unless given, the failures of handlers go to
   * `console.error`, and refusals, which anybody can cause, nowhere.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const MOST_BYTES = 256 * 1024;

/**
 * Makes a web-standard handler: it answers the verification call, checks each delivery, and calls the event's handler
 * once. 204: received; 401: forged; 405, 413, 415, 400: not a delivery; 500: the handler failed, please send it again;
 * 503: another process is at it. A delivery that comes again while its handler still runs gets the same answer.
 *
 * @throws Error when there are no keys, or keys that nothing can be checked against.
 */
export function createHandler<Payloads>(
  nameMember: string,
  options: WebhookHandlerOptions,
  handlers: WebhookHandlers<Payloads>,
): (request: Request) => Promise<Response> {
  const { keyHeader, log = createDeliveryLog(), onError = reportFailure } = options;
  checkKeys(options.keys);
  // Names come from outside: only the handlers' own members count.
  const byName = new Map<string, unknown>(Object.entries(handlers));
  const underWay = new Map<string, Promise<number>>();

  async function receive(request: Request): Promise<number> {
    const { headers, method } = request;
    if (method === "GET" || method === "HEAD") {
      if (headers.has("webhook-signature")) await verifyWebhook(headers, "", options);
      else if (keyHeader === undefined) return 405;
      else await verifyKey(headers, { ...options, keyHeader });
      return 204;
    }
    if (method !== "POST") return 405;
    if (!/[/+]json\s*(;|$)/i.test(headers.get("content-type") ?? "")) return 415;
    const body = await bytesOf(request);
    if (!body) return 413;
    await verifyWebhook(headers, body, options);
    const event = parsed(body);
    if (event === undefined) return 400;
    const handler = byName.get(String(Reflect.get(event, nameMember)));
    const id = headers.get("webhook-id") ?? "";
    if (typeof handler !== "function") return 204;
    const status =
      underWay.get(id) ?? once(id, () => handler(event, { id, headers })).finally(() => underWay.delete(id));
    underWay.set(id, status);
    return status;
  }

  /** Handles a delivery unless that was done. Until it is, nobody is told that it was received: it might fail. */
  async function once(id: string, handle: () => unknown): Promise<number> {
    try {
      const state = await log.take(id);
      if (state !== "new") return state === "done" ? 204 : 503;
      try {
        await handle();
      } catch (error) {
        onError(error);
        await log.release(id);
        return 500;
      }
      await log.done(id);
      return 204;
    } catch (error) {
      // The log failed. What was handled may come again, which is better than not at all.
      onError(error);
      return 500;
    }
  }

  return async (request) => {
    try {
      const status = await receive(request);
      return new Response(null, { status, headers: status === 405 ? { allow: "GET, HEAD, POST" } : {} });
    } catch (error) {
      onError(error);
      return new Response(null, { status: error instanceof WebhookVerificationError ? 401 : 500 });
    }
  };
}

/** A failure that nobody is told of would be lost: the API's log of deliveries says no more than 500. */
function reportFailure(error: unknown): void {
  if (!(error instanceof WebhookVerificationError)) console.error(error);
}

/** A log in memory that forgets the oldest. */
export function createDeliveryLog(most: number = 10_000): DeliveryLog {
  const states = new Map<string, DeliveryState>();
  return {
    take(id) {
      const state = states.get(id);
      if (state) return state;
      states.set(id, "busy");
      const [oldest] = states.keys();
      if (states.size > most && oldest !== undefined) states.delete(oldest);
      return "new";
    },
    done: (id) => void states.set(id, "done"),
    release: (id) => void states.delete(id),
  };
}

/** The body, read no further than a delivery may be long; undefined: it is longer. */
async function bytesOf(request: Request): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let chunk = await reader?.read(); chunk?.value; chunk = await reader?.read()) {
    length += chunk.value.length;
    if (length > MOST_BYTES) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(chunk.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function parsed(body: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
