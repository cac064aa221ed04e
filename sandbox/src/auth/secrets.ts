import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** How each kind of secret begins, so that a leaked one is recognised for what it is. */
const PREFIXES = {
  apiKey: "wsk_live_",
  accessToken: "wat_",
  refreshToken: "wrt_",
  code: "wac_",
  clientSecret: "wcs_",
  webhookKey: "whkey_",
} as const;

type SecretKind = keyof typeof PREFIXES;

/** Gives `length` bytes. Random ones everywhere but in seeded data. */
export type ByteSource = (length: number) => Uint8Array;

/** A fresh secret: the prefix of its kind and 40 characters of base62, which is 238 bits. */
export function createSecret(kind: SecretKind, bytes: ByteSource = randomBytes): string {
  return PREFIXES[kind] + base62(40, bytes);
}

/** A fresh signing secret of a webhook: `whsec_` and base64 of 32 bytes. */
export function createSigningSecret(bytes: ByteSource = randomBytes): string {
  return `whsec_${Buffer.from(bytes(32)).toString("base64")}`;
}

/** Secrets are long and random, so that one round of SHA-256 is enough to keep them by. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Whether a secret is the one that was hashed; takes the same time for any. */
export function matchesHash(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret), "hex"), Buffer.from(hash, "hex"));
}

/** The part of an API key that is shown, to recognise it by. */
export function prefixOf(apiKey: string): string {
  return apiKey.slice(0, PREFIXES.apiKey.length + 4);
}

export function isApiKey(secret: string): boolean {
  return secret.startsWith(PREFIXES.apiKey);
}

function base62(length: number, bytes: ByteSource): string {
  let text = "";
  while (text.length < length) {
    for (const byte of bytes(length)) {
      // 248 is the greatest multiple of 62 in a byte: larger ones would favour the first characters.
      if (byte < 248 && text.length < length) text += BASE62.charAt(byte % 62);
    }
  }
  return text;
}
