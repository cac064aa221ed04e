/** Takes out of texts what must not appear in messages. */
export interface Redactor {
  /**
   * Learns a secret that is about to be sent, and the header or parameter that it is sent in; the one unused for longest
   * is forgotten after many.
   */
  remember(secret: string, place: string): void;
  redact(text: string): string;
}

/** Tokens come and go; a late response may still name one before the last. */
const MOST_SECRETS = 50;

/** A redactor that knows what the client's own headers hold, where their names say that it is secret. */
export function createRedactor(headers: Readonly<Record<string, string>>): Redactor {
  const secrets = new Map<string, string>();
  const redactor: Redactor = {
    remember(secret, place) {
      if (!secret) return;
      secrets.delete(secret);
      secrets.set(secret, place);
      const [oldest] = secrets.keys();
      if (secrets.size > MOST_SECRETS && oldest !== undefined) secrets.delete(oldest);
    },
    redact(text) {
      for (const [secret, place] of secrets) {
        for (const form of new Set([secret, encodeURIComponent(secret)]))
          text = text.replace(patternOf(form, place), "$1[secret]");
      }
      return text;
    },
  };
  for (const [name, value] of Object.entries(headers)) {
    if (/auth|cookie|key|secret|token/i.test(name)) redactor.remember(value, name);
  }
  return redactor;
}

/**
 * Where a secret is searched: a long one everywhere; a shorter one with a digit in it where it stands as a word. One
 * that may be an ordinary word (`token`, `task`) counts only beside the name of the place that it was sent in, so that
 * no code and no sentence of a server is altered.
 */
function patternOf(secret: string, place: string): RegExp {
  const text = escaped(secret);
  if (secret.length >= 20) return new RegExp(`()${text}`, "g");
  if (secret.length >= 8 && /\d/.test(secret))
    return new RegExp(`(^|[^a-z\\d]|%[a-f\\d]{2})${text}(?![a-z\\d])`, "gi");
  return new RegExp(`(${escaped(place)}["']?\\s*[:=,]?\\s*["']?(?:bearer |basic )?)${text}(?![\\w-])`, "gi");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
