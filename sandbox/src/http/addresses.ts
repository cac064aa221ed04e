import { contract, type Layer } from "@workspace-api/server";

import type { RequestContext } from "./request-context.js";

/** Says where a created object is, and where the next page of a list. */
export const addresses: Layer<RequestContext> = async (call, next) => {
  const response = await next();
  const { context, operation, request } = call;
  if (context.nextCursor !== null) {
    const url = new URL(request.url);
    url.searchParams.set(operation.pagination?.parameter ?? "cursor", context.nextCursor);
    response.headers.set("Link", `<${url}>; rel="next"`);
  }
  if (response.status !== 201 || response.headers.has("Location")) return response;
  const text = await response.text();
  const { workspaceId } = context.caller;
  const params = { ...call.params, workspaceId };
  const location = locationOf(operation.method, operation.path, params, JSON.parse(text));
  const headers = new Headers(response.headers);
  headers.set("Location", `${contract.basePath}${location}`);
  return new Response(text, { status: 201, headers });
};

type Values = Readonly<Record<string, string>>;

/** The path of what was created: where one fetches it, or else below the collection. */
export function locationOf(method: string, path: string, params: Values, body: Values): string {
  if (method === "PUT") return fill(path, params);
  const own = Object.values(contract.operations).find(
    (operation) => operation.path.startsWith(`${path}/{`) && operation.method === "GET",
  );
  const member = own && /\{(\w+)\}/.exec(own.path.slice(path.length))?.[1];
  const ids = member === undefined ? Object.keys(body).filter((name) => name.endsWith("Id")) : [member];
  const fresh = ids.filter((name) => typeof body[name] === "string" && params[name] === undefined);
  for (const name of fresh) {
    const item = Object.values(contract.operations).find(
      (operation) => operation.method === "GET" && operation.path.endsWith(`/{${name}}`),
    );
    if (item && (own === undefined || item.path.startsWith(path)))
      return fill(item.path, { ...params, ...body });
  }
  return `${fill(path, params)}/${encodeURIComponent(body[fresh[0] ?? ""] ?? "")}`;
}

function fill(path: string, values: Values): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}
