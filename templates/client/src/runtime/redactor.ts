/** Takes out of texts what must not appear in messages. */
export interface Redactor {
  /** Learns a secret that is about to be sent; the longest unused is forgotten after many. */
  remember(secret: string): void;
  redact(text: string): string;
}

/** Tokens come and go; a late answer may still name one before the last. */
const MOST_SECRETS = 50;

/** A redactor that knows what the client's own headers hold, where their names say that it is secret. */
export function createRedactor(headers: Readonly<Record<string, string>>): Redactor {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    if (/auth|cookie|key|secret|token/i.test(name)) secrets.add(value);
  }
  return {
    remember(secret) {
      if (!secret) return;
      secrets.delete(secret);
      secrets.add(secret);
      const [oldest] = secrets;
      if (secrets.size > MOST_SECRETS && oldest !== undefined) secrets.delete(oldest);
    },
    redact(text) {
      for (const secret of secrets) {
        text = text.replaceAll(secret, "[secret]").replaceAll(encodeURIComponent(secret), "[secret]");
      }
      return text;
    },
  };
}
