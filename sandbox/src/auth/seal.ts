const { subtle } = globalThis.crypto;

/** AES-GCM's own length of a nonce, in bytes. */
const NONCE = 12;

/**
 * Makes a text unreadable to everybody without the secret.
 *
 * @param purpose what the text is for; it is opened for nothing else.
 * @returns base64 of a nonce and the ciphertext.
 */
export async function seal(secret: string, purpose: string, text: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const key = await keyOf(secret, purpose);
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, Buffer.from(text));
  return Buffer.concat([nonce, new Uint8Array(sealed)]).toString("base64");
}

/** The text that was sealed; undefined when the secret or the purpose is another. */
export async function unseal(secret: string, purpose: string, sealed: string): Promise<string | undefined> {
  const bytes = Buffer.from(sealed, "base64");
  const key = await keyOf(secret, purpose);
  try {
    const nonce = bytes.subarray(0, NONCE);
    const text = await subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, bytes.subarray(NONCE));
    return Buffer.from(text).toString();
  } catch {
    return undefined;
  }
}

/** Secrets are long and random, so that HKDF is enough to make a key of one. */
async function keyOf(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await subtle.importKey("raw", Buffer.from(secret), "HKDF", false, ["deriveKey"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(0),
    info: Buffer.from(purpose),
  };
  return subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}
