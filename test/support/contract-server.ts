import {
  contract,
  createServer,
  type Handlers,
  type Layer,
  type OperationId,
  type ServerOptions,
} from "../../generated/server/src/index.js";

/** What the tests know of a caller. */
export interface Context {
  readonly caller: string;
}
export type AnyHandler = (input: Input, context: Context) => Promise<object>;
/** A request as a handler gets it, whichever operation it is of. */
export interface Input {
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly body: unknown;
  readonly fail: (code: string, message?: string, extras?: object) => never;
}

/** What every response carries, and what only some do. */
export const HEADERS: Readonly<Record<string, string>> = {
  RateLimit: '"burst";r=39;t=60',
  "RateLimit-Policy": '"burst";q=40;w=60',
  ETag: '"tsk_4fJ2-7"',
  Location: "https://api.workspace.example/api/v1/things/thing_1",
  "Retry-After": "12",
  "WWW-Authenticate": 'Bearer realm="workspace"',
};

/** Adds the headers that an operation declares for the status of its answer. */
const declaredHeaders: Layer<Context> = async (call, next) => {
  const response = await next();
  for (const { name } of call.operation.responses[response.status]?.headers ?? []) {
    const value = HEADERS[name];
    if (value !== undefined && !response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
};

/** A server of which each answer is held against the spec. */
export const OPTIONS: ServerOptions<Context> = {
  context: () => ({ caller: "u_ada" }),
  outer: [declaredHeaders],
  failures: {
    parameter: "invalid_parameter",
    body: "malformed_body",
    validation: "validation_failed",
    mediaType: "unsupported_media_type",
    tooLarge: "payload_too_large",
    internal: "internal_error",
  },
  requestId: { header: "X-Request-Id", create: () => "req_1" },
  checkResponses: true,
};

/** A handler for every operation: the one given, or the same for all. */
export function handlersOf(handler: (id: OperationId) => AnyHandler): Handlers<Context> {
  const ids = Object.keys(contract.operations) as OperationId[];
  // Each test looks at what its handlers got and gave; the types are tested elsewhere.
  return Object.fromEntries(ids.map((id) => [id, handler(id)])) as unknown as Handlers<Context>;
}

/** A server that treats all operations alike. */
export function serverOf(handler: AnyHandler, options: Partial<ServerOptions<Context>> = {}) {
  return createServer<Context>(
    handlersOf(() => handler),
    { ...OPTIONS, ...options },
  );
}

/** A server that gives back its request instead of an answer of the operation's. */
export function echo(options: Partial<ServerOptions<Context>> = {}) {
  const seen: Input[] = [];
  const server = serverOf(
    async (input) => {
      seen.push(input);
      return { status: 204 };
    },
    { checkResponses: false, outer: [], ...options },
  );
  return { server, seen };
}

/** Where the operations are. */
export const ROOT = "http://localhost/api/v1";

/** A request to a path below. */
export function requestOf(path: string, method = "GET", body?: string, type = "application/json"): Request {
  return new Request(ROOT + path, {
    method,
    ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
  });
}

/** An error as an answer tells it, with what it finds wrong. */
export async function problemOf(
  response: Response,
): Promise<{ status: number; code: unknown; errors: string[] }> {
  const { code, errors = [] } = (await response.json()) as {
    code: string;
    errors?: { code: string; pointer: string }[];
  };
  return {
    status: response.status,
    code,
    errors: errors.map((error) => `${error.code} ${error.pointer}`).sort(),
  };
}
