import { listen } from "./api-server.js";

/** Serves a fetch-like function over real HTTP; what it rejects with is kept, and answered with a bare 599. */
export async function serveFetch(
  answer: (request: Request) => Promise<Response>,
): Promise<{ url: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  const url = await listen((incoming, outgoing) => {
    const { method = "GET", headers } = incoming;
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = chunks.length === 0 ? null : new Uint8Array(Buffer.concat(chunks));
      const pairs = Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as [string, string]],
      );
      const request = new Request(`http://${headers.host ?? ""}${incoming.url ?? ""}`, {
        method,
        headers: pairs,
        body: method === "GET" || method === "HEAD" ? null : body,
      });
      answer(request)
        .then(async (response) => {
          outgoing.writeHead(response.status, Object.fromEntries(response.headers));
          return outgoing.end(new Uint8Array(await response.arrayBuffer()));
        })
        .catch((error: unknown) => {
          errors.push(error);
          outgoing.writeHead(599).end();
        });
    });
  });
  return { url, errors };
}
