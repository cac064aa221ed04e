import { NO_BODY, type RawBody } from "./body.js";
import type { Call, CallInput } from "./call.js";
import type { OperationContract } from "./contract.js";
import { fail } from "./failure.js";
import type { RequestBase } from "./handler.js";
import type { Parameters } from "./parameters.js";

/** What a body held. */
export type Content = Pick<CallInput, "body" | "mediaType">;

export const NO_CONTENT: Content = { body: undefined, mediaType: undefined };

/** What a handler gets. The URL and the signal are made by the platform when they are asked for, which costs. */
export class HandlerRequest implements CallInput, RequestBase<string | number> {
  readonly path: CallInput["path"];
  readonly query: CallInput["query"];
  readonly headers: CallInput["headers"];
  readonly cookies: CallInput["cookies"];
  readonly body: unknown;
  readonly mediaType: string | undefined;
  readonly fail: typeof fail = fail;
  readonly #request: Request;

  constructor({ path, query, header, cookie }: Parameters, { body, mediaType }: Content, request: Request) {
    this.path = path;
    this.query = query;
    this.headers = header;
    this.cookies = cookie;
    this.body = body;
    this.mediaType = mediaType;
    this.#request = request;
  }

  get url(): string {
    return this.#request.url;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

/** A call before it has a context. */
export class CallStart implements Omit<Call<unknown>, "context"> {
  readonly fail: typeof fail = fail;
  input: CallInput | undefined = undefined;
  rawBody: RawBody = NO_BODY;
  #requestId: string | undefined;

  constructor(
    readonly operation: OperationContract,
    readonly request: Request,
    readonly params: Readonly<Record<string, string>>,
    readonly respond: (error: unknown) => Response,
    readonly createId: (request: Request) => string,
  ) {}

  /** Made when it is first asked for. */
  get requestId(): string {
    return (this.#requestId ??= this.createId(this.request));
  }
}

export type ServerCall<Context> = CallStart & { context: Context };
