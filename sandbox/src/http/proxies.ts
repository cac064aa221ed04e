import type { IncomingMessage } from "node:http";

import proxyAddress from "proxy-addr";

export interface ProxySettings {
  /** The origin that others know the sandbox by, such as `https://api.example.com`. */
  readonly publicUrl?: string | undefined;
  /** Addresses, ranges such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`: their `X-Forwarded-*` is believed. */
  readonly trustProxy?: readonly string[] | undefined;
}

/** What a request looked like before the proxies in front of the sandbox passed it on. */
export interface Forwarded {
  /** The address of the client. */
  readonly address: string;
  /** What its URL began with; undefined where it is not known better than from the request itself. */
  readonly origin?: string | undefined;
  /** Whether it came by a proxy that is trusted, which answers for the name that was asked for. */
  readonly isProxied: boolean;
}

/** Sees through proxies. Headers of anybody else are left alone: everybody could send them. */
export function seeThrough({
  publicUrl,
  trustProxy = [],
}: ProxySettings): (message: IncomingMessage) => Forwarded {
  const isTrusted = proxyAddress.compile([...trustProxy]);
  const fixed = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  return (message) => {
    const near = message.socket.remoteAddress ?? "";
    if (trustProxy.length === 0 || near === "" || !isTrusted(near, 0))
      return { address: near, origin: fixed, isProxied: false };
    return { address: proxyAddress(message, isTrusted), origin: fixed ?? originOf(message), isProxied: true };
  };
}

/** The origin by what the nearest proxy says of the scheme and the host that it was asked for. */
function originOf({ headers }: IncomingMessage): string | undefined {
  const scheme = firstOf(headers["x-forwarded-proto"]);
  const host = firstOf(headers["x-forwarded-host"]) ?? headers.host;
  if (scheme !== "http" && scheme !== "https") return undefined;
  const origin = `${scheme}://${host ?? ""}`;
  return URL.canParse(origin) ? new URL(origin).origin : undefined;
}

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  const [value] = [header ?? []].flat();
  return value?.split(",")[0]?.trim();
}
