import type { Api } from "./api.js";
import { decoderOf, readJson } from "./decode.js";
import { DecodeError, isApiError, type ClientError } from "./errors.js";
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
export function call<T, E>(
  api: Api,
  operation: Operation,
  input: CallInput,
  options: SendOptions = {},
): Call<T, E> {
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
  const subject = `${method} ${path}`;
  const { signal: outer, timeoutMs = api.timeoutMs, attemptTimeoutMs = api.attemptTimeoutMs } = options;
  const lifetime = startLifetime(subject, { operationId }, outer, timeoutMs);
  const { maxRetries, priority, cache } = options;
  const deadline = performance.now() + timeoutMs;

  const work = async (): Promise<unknown> => {
    const { request, ...built } = buildRequest(api, operation, input, options);
    const call = {
      operation,
      signal: lifetime.signal,
      deadline,
      attemptTimeoutMs,
      maxRetries,
      priority,
      cache,
      ...built,
    };
    const response = await api.fetch(request, call);
    if (!response.ok) throw await statusErrorOf(operation, response, api.retryAfterMs(response), api.redact);
    const facts = { operationId, status: response.status, requestId: requestIdOf(response) };
    const answer = { response, requestId: facts.requestId, data: undefined };
    const toError = (error: unknown): Error => connectionError(subject, error, facts);
    if (isRaw()) return { ...answer, response: streamed(response, lifetime, attemptTimeoutMs, toError) };
    const isEmpty = response.status === 204 || response.status === 205 || method === "HEAD";
    const decoder = !isEmpty && decoderOf(operation.decode ?? {}, response);
    if (decoder)
      return { ...answer, data: await decoder(streamed(response, lifetime, attemptTimeoutMs, toError)) };
    lifetime.limit(attemptTimeoutMs);
    const fail = (problem: string): Error => new DecodeError(api.redact(`${subject}: ${problem}`), facts);
    const data = isEmpty
      ? await response.body?.cancel()
      : await readJson(response, fail).catch((error: unknown) => {
          throw toError(error);
        });
    lifetime.end();
    return { ...answer, data };
  };

  try {
    // The spec says what the data is; the server is trusted to keep to it.
    const answer = (await lifetime.race(work())) as Answer<T>;
    lifetime.release();
    return answer;
  } catch (error) {
    lifetime.end();
    api.emit({ operationId, method, path, type: "error", error });
    throw error;
  }
}

/** The response with a body that keeps the call alive until it is read or dropped, and ends it if the server stalls. */
function streamed(
  response: Response,
  lifetime: Lifetime,
  stepMs: number,
  toError: (error: unknown) => Error,
): Response {
  const reader = response.body?.getReader();
  if (!reader) return response;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        lifetime.limit(stepMs);
        try {
          const { done, value } = await lifetime.race(reader.read());
          // A reader that takes its time is no stalled server.
          lifetime.limit(Infinity);
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(toError(error));
        }
        lifetime.end();
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
