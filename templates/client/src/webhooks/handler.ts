import { verifyKey, verifyWebhook, WebhookVerificationError, type WebhookSecrets } from "./verify.js";

/** Remembers which deliveries were handled, since each may come more than once. */
export interface DeliveryLog {
  /** Whether the delivery is new, and from now on taken. */
  take(id: string): boolean | Promise<boolean>;
  /** The delivery was not handled: it may come again. */
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
  /** Is told of deliveries that were refused, and of handlers that failed. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const MOST_BYTES = 256 * 1024;

/**
 * Makes a web-standard handler: it answers the verification call, checks each delivery, and calls the event's handler
 * once. 204: received; 401: forged; 405, 413, 415, 400: not a delivery; 500: the handler failed, please send it again.
 */
export function createHandler<Payloads>(
  nameMember: string,
  options: WebhookHandlerOptions,
  handlers: WebhookHandlers<Payloads>,
): (request: Request) => Promise<Response> {
  const { keyHeader, log = createDeliveryLog(), onError = () => {} } = options;
  // Names come from outside: only the handlers' own members count.
  const byName = new Map<string, unknown>(Object.entries(handlers));

  async function receive(request: Request): Promise<number> {
    const { headers, method } = request;
    if (method === "GET" || method === "HEAD") {
      if (keyHeader === undefined) return 405;
      await verifyKey(headers, { ...options, keyHeader });
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
    if (typeof handler !== "function" || !(await log.take(id))) return 204;
    try {
      await handler(event, { id, headers });
      return 204;
    } catch (error) {
      await log.release(id);
      throw error;
    }
  }

  return async (request) => {
    try {
      return new Response(null, { status: await receive(request) });
    } catch (error) {
      onError(error);
      return new Response(null, { status: error instanceof WebhookVerificationError ? 401 : 500 });
    }
  };
}

/** A log in memory that forgets the oldest. */
export function createDeliveryLog(most: number = 10_000): DeliveryLog {
  const taken = new Set<string>();
  return {
    take(id) {
      if (taken.has(id)) return false;
      taken.add(id);
      const [oldest] = taken;
      if (taken.size > most && oldest !== undefined) taken.delete(oldest);
      return true;
    },
    release: (id) => void taken.delete(id),
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
