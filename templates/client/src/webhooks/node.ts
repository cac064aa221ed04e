/** The parts of Node's request that are used; no module of Node's is. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The parts of Node's response that are used. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(): unknown;
}

/** Lets a web-standard handler of deliveries serve Node's `http.createServer`. */
export function toNodeListener(
  handler: (request: Request) => Promise<Response>,
): (request: NodeRequest, response: NodeResponse) => void {
  const serve = async (request: NodeRequest, response: NodeResponse): Promise<void> => {
    const { status, headers } = await answer(handler, request);
    response.statusCode = status;
    headers.forEach((value, name) => response.setHeader(name, value));
    response.end();
  };
  return (request, response) => void serve(request, response);
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  request: NodeRequest,
): Promise<Response> {
  try {
    const { method = "GET", url = "/" } = request;
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const hasBody = method !== "GET" && method !== "HEAD";
    const body = hasBody ? streamOf(request) : null;
    // A stream says that it is one; what is no stream may say so too.
    const init = { method, headers, body, duplex: "half" };
    return await handler(new Request(new URL(url, "http://localhost"), init));
  } catch {
    // The connection broke off, or the request is none.
    return new Response(null, { status: 400 });
  }
}

function streamOf(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await iterator.return?.()),
  });
}
