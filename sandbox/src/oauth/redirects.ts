const LOOPBACK_HOSTS = ["127.0.0.1", "[::1]", "localhost"];

function parse(uri: string): URL | undefined {
  return URL.canParse(uri) ? new URL(uri) : undefined;
}

function isLoopback(url: URL): boolean {
  return url.protocol === "http:" && LOOPBACK_HOSTS.includes(url.hostname);
}

/**
 * Whether an app may register an address to be called back at: https, http on the own machine, or a scheme of its own
 * in reverse-domain form (RFC 8252), without a fragment or credentials.
 */
export function mayBeRegistered(uri: string): boolean {
  const url = parse(uri);
  if (url === undefined || uri.includes("#") || url.username !== "" || url.password !== "") return false;
  // Host names of DNS alone: others would mean something else in the policy of the page, and a wildcard anything.
  if (url.protocol === "https:") return /^(?:[a-z0-9_-]+\.)*[a-z0-9-]+$|^\[[0-9a-f:]+\]$/.test(url.hostname);
  // The dot also keeps out `javascript:` and `data:`.
  return isLoopback(url) || /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol);
}

/**
 * Whether a callback address is one of those registered. It must be the same to the letter, but on the own machine the
 * port may be any, since native apps take a free one (RFC 8252, section 7.3).
 */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  if (registered.includes(uri)) return true;
  const portless = withoutPort(uri);
  return portless !== undefined && registered.some((other) => withoutPort(other) === portless);
}

function withoutPort(uri: string): string | undefined {
  const url = parse(uri);
  if (url === undefined || !isLoopback(url) || url.href !== uri) return undefined;
  url.port = "";
  return url.href;
}

/** A callback address with parameters added to those that it has, which stay as they are. */
export function withParameters(
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const { href } = new URL(uri);
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) added.append(name, value);
  }
  return `${href}${href.includes("?") ? "&" : "?"}${added}`;
}

/** What a page must allow in `form-action`, so that a form's answer may lead to the callback. */
export function formActionOf(uri: string): string {
  const url = new URL(uri);
  return url.origin === "null" ? url.protocol : url.origin;
}
