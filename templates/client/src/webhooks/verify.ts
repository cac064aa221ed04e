/** Why a delivery is not what it claims to be. */
export type WebhookRefusal = "unsigned" | "stale" | "forged" | "wrong_key";

/** A delivery that must not be trusted. */
export class WebhookVerificationError extends Error {
  override readonly name = "WebhookVerificationError";
  readonly code: WebhookRefusal;

  constructor(code: WebhookRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

/** What deliveries are checked against. */
export interface WebhookSecrets {
  /** The signing secret; while secrets are rotated, the old and the new one. */
  readonly keys: readonly string[];
  /**
   * The keys that `keyHeader` may carry, where the API sends one. Unless given, deliveries are checked by their
   * signature alone, which proves more.
   */
  readonly headerKeys?: readonly string[] | undefined;
  /** The header in which such a key travels. */
  readonly keyHeader?: string | undefined;
  /** How far the delivery's time may be off, in milliseconds; 5 minutes unless given. */
  readonly toleranceMs?: number | undefined;
  /** Milliseconds since 1970; the system's clock unless given. */
  readonly now?: (() => number) | undefined;
}

/** Standard Webhooks asks for 24 to 64 bytes; what is much shorter can be guessed. */
const FEWEST_KEY_BYTES = 16;

const TOLERANCE_MS = 5 * 60_000;
const encoder = new TextEncoder();

/**
 * Checks that keys are such as a delivery can be checked against: an empty one, as of a variable of the environment that
 * is not set, would let everybody in.
 *
 * @throws Error that says which one is wrong, and not what it is.
 */
export function checkKeys(keys: readonly string[]): void {
  if (keys.length === 0) throw new Error("`keys` is empty: give the webhook's signing secret.");
  for (const [index, key] of keys.entries()) {
    const isText =
      typeof key === "string" && (!key.startsWith("whsec_") || /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(key));
    if (isText && bytesOf(key).length >= FEWEST_KEY_BYTES) continue;
    throw new Error(
      `\`keys[${index}]\` is no signing secret: it must be \`whsec_\` and base64, or a text, of at least ${FEWEST_KEY_BYTES} bytes.`,
    );
  }
}

/**
 * Checks a delivery by Standard Webhooks: HMAC-SHA256 over id, timestamp and the body as it came, by any of the keys.
 * JSON that was parsed and written again is another body.
 *
 * @throws WebhookVerificationError when it is unsigned, signed by another key, altered, or too old or too new.
 */
export async function verifyWebhook(
  headers: Headers,
  body: Uint8Array | string,
  secrets: WebhookSecrets,
): Promise<void> {
  const { keyHeader, headerKeys, toleranceMs = TOLERANCE_MS, now = Date.now } = secrets;
  checkKeys(secrets.keys);
  if (keyHeader !== undefined && headerKeys !== undefined)
    await verifyKey(headers, { ...secrets, keyHeader });
  const [id, timestamp, signature] = ["id", "timestamp", "signature"].map((name) =>
    headers.get(`webhook-${name}`),
  );
  if (!id || !timestamp || !signature)
    throw new WebhookVerificationError("unsigned", "The delivery carries no signature.");
  const sentAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : Number.NaN;
  if (!(Math.abs(now() - sentAt) <= toleranceMs)) {
    throw new WebhookVerificationError("stale", "The delivery's time is too far from now.");
  }
  const start = encoder.encode(`${id}.${timestamp}.`);
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const signed = new Uint8Array(start.length + bytes.length);
  signed.set(start);
  signed.set(bytes, start.length);
  const given = signature.split(" ").filter((part) => part.startsWith("v1,"));
  for (const key of secrets.keys) {
    const expected = `v1,${await signatureOf(key, signed)}`;
    for (const part of given) if (await areEqual(part, expected)) return;
  }
  const hint =
    body.length > 0 ? "" : " The body is empty: something may have read it before, such as a JSON parser.";
  throw new WebhookVerificationError("forged", `The signature fits none of the keys.${hint}`);
}

/**
 * Checks the key that a request carries in a header: one of `headerKeys`, or of `keys` unless those are given.
 *
 * @throws WebhookVerificationError when it is another one, or none.
 */
export async function verifyKey(
  headers: Headers,
  { keys, headerKeys = keys, keyHeader }: WebhookSecrets & { keyHeader: string },
): Promise<void> {
  checkKeys(headerKeys);
  const given = headers.get(keyHeader) ?? "";
  for (const key of headerKeys) if (await areEqual(given, key)) return;
  throw new WebhookVerificationError("wrong_key", "The verification key is missing or another one.");
}

async function signatureOf(key: string, signed: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", bytesOf(key), algorithm, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", imported, signed));
  return btoa(String.fromCharCode(...signature));
}

/** The bytes of a key: base64 behind `whsec_`, else the text itself. */
function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  if (!key.startsWith("whsec_")) return encoder.encode(key);
  return Uint8Array.from(atob(key.slice(6)), (character) => character.charCodeAt(0));
}

/** Compares digests rather than texts: the time that it takes tells nothing of where they differ. */
async function areEqual(a: string, b: string): Promise<boolean> {
  const digests = await Promise.all(
    [a, b].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  const [left, right] = digests.map((digest) => new Uint8Array(digest));
  let difference = 0;
  for (const [index, byte] of (left ?? []).entries()) difference |= byte ^ (right?.[index] ?? 0);
  return difference === 0;
}
