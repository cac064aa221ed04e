import type { Api } from "./api.js";
import { decoderOf, readJson } from "./decode.js";
import { DecodeError, isApiError, type ClientError, type ErrorFacts } from "./errors.js";
import { startLifetime, type Lifetime } from "./lifetime.js";
import type { Operation } from "./operation.js";
import { buildRequest, type CallInput, type SendOptions } from "./request.js";
import { requestIdOf, statusErrorOf } from "./status-error.js";
import { connectionError } from "./transport.js";

/** What came back, with its response. */
export interface Answer<T> {
  readonly data: T;
  /** Its body is read already, but for streams. */
  readonly response: Response;
  /** The server's name for the request. */
  readonly requestId?: string | undefined;
}

/** A call's end as a value: no throw, and an error type that is exactly the operation's. */
export type Result<T, E> = ({ readonly ok: true } & Answer<T>) | { readonly ok: false; readonly error: E };

/**
 * A call under way: a promise of the data. The request leaves in the next microtask, so that what is chained at once
 * can say how the answer is read. A failure that nobody looks at is told to `onEvent`, and is no unhandled rejection.
 */
export class Call<T, E = ClientError> extends Promise<T> {
  readonly #answer: Promise<Answer<T>>;
  readonly #reading: { isRaw: boolean };

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(send: (isRaw: () => boolean) => Promise<Answer<T>>) {
    const reading = { isRaw: false };
    const answer = Promise.resolve().then(() => send(() => reading.isRaw));
    super((resolve, reject) => {
      answer.then(({ data }) => resolve(data), reject);
    });
    this.#answer = answer;
    this.#reading = reading;
    this.catch(() => {});
  }

  /** The data with its response and the request's id. */
  withResponse(): Promise<Answer<T>> {
    return this.#answer;
  }

  /** The response with its body unread, for streaming. Chain it at once: later, the body may have been read. */
  async asResponse(): Promise<Response> {
    this.#reading.isRaw = true;
    return (await this.#answer).response;
  }

  /** Success or failure as a value. */
  safe(): Promise<Result<T, E>> {
    return this.#answer.then(
      (answer) => ({ ok: true, ...answer }),
      (error: unknown) => {
        if (!isApiError(error)) throw error;
        // The operation's error type names what the runtime makes of the statuses that the spec declares.
        return { ok: false, error: error as E };
      },
    );
  }
}

/** Calls an operation. */
export function call<T, E>(api: Api, operation: Operation, input: CallInput, options: SendOptions = {}): Call<T, E> {
  return new Call((isRaw) => send<T>(api, operation, input, options, isRaw));
}

/** Sends a call's request and reads the answer. */
export async function send<T>(
  api: Api,
  operation: Operation,
  input: CallInput,
  options: SendOptions,
  isRaw: () => boolean,
): Promise<Answer<T>> {
  const { method, path, id: operationId } = operation;
  const limitMs = options.attemptTimeoutMs ?? api.attemptTimeoutMs;
  const timeoutMs = options.timeoutMs ?? api.timeoutMs;
  const lifetime = startLifetime(`${method} ${path}`, { operationId }, options.signal, timeoutMs);
  const { signal, deadline } = lifetime;
  try {
    const { request, ...built } = buildRequest(api, operation, input, options);
    const { maxRetries, priority, cache } = options;
    const context = { operation, signal, deadline, attemptTimeoutMs: limitMs, maxRetries, priority, cache, ...built };
    const response = await lifetime.race(api.fetch(request, context));
    if (!response.ok) {
      throw await lifetime.race(
        statusErrorOf(operation, response, api.retryAfterMs(response), limitMs, api.redact),
      );
    }
    const facts = { operationId, status: response.status, requestId: requestIdOf(response) };
    const read = { api, operation, response, lifetime, limitMs, facts };
    const answer = isRaw() ? { data: undefined, response: streamed(read) } : { data: await decode(read), response };
    lifetime.release();
    // The spec says what the data is; the server is trusted to keep to it.
    return { ...answer, requestId: facts.requestId } as Answer<T>;
  } catch (error) {
    lifetime.end();
    api.emit({ operationId, method, path, type: "error", error });
    throw error;
  }
}

interface Reading {
  readonly api: Api;
  readonly operation: Operation;
  readonly response: Response;
  readonly lifetime: Lifetime;
  readonly limitMs: number;
  readonly facts: ErrorFacts;
}

/** The data of a successful response. Reading it is within the call's deadline and an attempt's time. */
async function decode(reading: Reading): Promise<unknown> {
  const { api, operation, response, lifetime, limitMs, facts } = reading;
  if (response.status === 204 || response.status === 205 || operation.method === "HEAD") {
    void response.body?.cancel();
    lifetime.end();
    return undefined;
  }
  const decoder = decoderOf(operation.decode, response);
  if (decoder) return decoder(streamed(reading));
  lifetime.limit(limitMs);
  const fail = (problem: string): Error => {
    return new DecodeError(api.redact(`${operation.method} ${operation.path}: ${problem}`), facts);
  };
  try {
    const data = await lifetime.race(readJson(response, fail));
    lifetime.end();
    return data;
  } catch (error) {
    throw readError(reading, error);
  }
}

/** The response with a body that keeps the call alive until it is read or dropped, and ends it if the server stalls. */
function streamed(reading: Reading): Response {
  const { response, lifetime, limitMs } = reading;
  const reader = response.body?.getReader();
  if (!reader) {
    lifetime.end();
    return response;
  }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        lifetime.limit(limitMs);
        try {
          const { done, value } = await lifetime.race(reader.read());
          // A reader that takes its time is no stalled server.
          lifetime.limit(Infinity);
          if (!done) return controller.enqueue(value);
          lifetime.end();
          controller.close();
        } catch (error) {
          lifetime.end();
          controller.error(readError(reading, error));
        }
      },
      cancel(reason) {
        lifetime.end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return Object.defineProperty(new Response(body, response), "url", { value: response.url });
}

/** What a body that cannot be read fails with. */
function readError({ operation, lifetime }: Reading, error: unknown): unknown {
  if (lifetime.signal.aborted) return lifetime.signal.reason;
  return isApiError(error) ? error : connectionError(`${operation.method} ${operation.path}`, error, operation.id);
}
