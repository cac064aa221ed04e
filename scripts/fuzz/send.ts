import type { FuzzRequest } from "./requests.js";

/** Writes a request as the spec says: arrays are repeated, everything else is text. */
export function written(request: FuzzRequest, baseUrl: string, token: string, key: string): Request {
  const { operation, path, query, body, mediaType } = request;
  const filled = operation.path.replace(/\{([^{}]+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name])),
  );
  const url = new URL(baseUrl + filled);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(item));
  }
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (mediaType !== undefined) headers.set("content-type", mediaType);
  if (operation.policies.idempotency) headers.set(operation.policies.idempotency.header, key);
  const { method } = operation;
  return new Request(url, { method, headers, body: mediaType === undefined ? null : JSON.stringify(body) });
}

/** What a request was, for a report that a person can repeat. */
export function described({ operation, path, query, body, fault }: FuzzRequest): string {
  const parts = { path, query, ...(body === undefined ? {} : { body }) };
  const text = JSON.stringify(parts);
  return `${operation.method} ${operation.path}${fault === undefined ? "" : ` (wrong: ${fault})`} ${text.slice(0, 600)}`;
}
