import { OAuthError } from "./errors.js";

/** Parameters by name. An empty value counts as none (RFC 6749, section 3.1). */
export type Parameters = Readonly<Record<string, string | undefined>>;

const MAX_FORM_BYTES = 64 * 1024;

/** Reads parameters; one that comes twice is refused, since nobody can tell which was meant. */
export function parametersOf(pairs: URLSearchParams): Parameters {
  const repeated = [...new Set(pairs.keys())].filter((name) => pairs.getAll(name).length > 1);
  if (repeated.length > 0) {
    throw new OAuthError("invalid_request", `The parameter ${repeated[0]} is repeated.`);
  }
  return Object.fromEntries([...pairs].filter(([, value]) => value !== ""));
}

/** The form in the body of a request. */
export async function formOf(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new OAuthError("invalid_request", "The body must be application/x-www-form-urlencoded.");
  }
  return new URLSearchParams(await textOf(request));
}

/** The text of a body, bounded. */
export async function textOf(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_FORM_BYTES) throw new OAuthError("invalid_request", "The body is larger than 64 KiB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A parameter that must be there. */
export function need(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (value === undefined) throw new OAuthError("invalid_request", `The parameter ${name} is missing.`);
  return value;
}

/** The scopes of a space-separated list, each once. */
export function scopesOf(list: string): string[] {
  return [...new Set(list.split(" ").filter((scope) => scope !== ""))];
}
