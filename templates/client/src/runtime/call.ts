import type { Api } from "./api.js";
import type { Resume } from "./codecs.js";
import { decoderOf, factsOf, readJson, requestIdOf } from "./decode.js";
import type { ClientError } from "./errors.js";
import { nextCallId } from "./events.js";
import type { CallContext } from "./layer.js";
import { Lifetime, stopAfter } from "./lifetime.js";
import { located, originOf, type Origin } from "./located.js";
import type { Operation } from "./operation.js";
import { buildRequest, type CallInput, type SendOptions } from "./request.js";
import { statusErrorOf } from "./status-error.js";
import { connectionError, discard } from "./transport.js";

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
 * can say how the answer is read. As with any promise, a failure that nobody handles is an unhandled rejection.
 */
export class Call<T, E = ClientError> extends Promise<T> {
  readonly #answer: Promise<Answer<T>>;
  readonly #reading: { isRaw: boolean };

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(start: (isRaw: () => boolean) => Promise<Answer<T>>) {
    const reading = { isRaw: false };
    const answer = start(() => reading.isRaw);
    super((resolve, reject) => {
      answer.then(({ data }) => resolve(data), reject);
    });
    this.#answer = answer;
    this.#reading = reading;
  }

  /** The data with its response and the request's id. */
  withResponse(): Promise<Answer<T>> {
    return this.#view((answer) => answer);
  }

  /** The response with its body unread, for streaming. Chain it at once: later, the body may have been read. */
  asResponse(): Promise<Response> {
    this.#reading.isRaw = true;
    return this.#view(({ response }) => response);
  }

  /** Success or failure as a value: it never rejects. */
  safe(): Promise<Result<T, E>> {
    return this.#view<Result<T, E>>(
      ({ data, response, requestId }) => ({ ok: true, data, response, requestId }),
      // The operation's error type names what the runtime makes of the statuses that the spec declares.
      (error: unknown) => ({ ok: false, error: error as E }),
    );
  }

  /** Another promise of the same answer, which takes over its failure. */
  #view<V>(read: (answer: Answer<T>) => V, fail?: (error: unknown) => V): Promise<V> {
    this.catch(ignore);
    return this.#answer.then(read, fail);
  }
}

function ignore(): void {}

/** Calls an operation. */
export function call<T, E>(
  api: Api,
  operation: Operation,
  input: CallInput,
  options: SendOptions = {},
): Call<T, E> {
  const origin = originOf(call);
  return new Call((isRaw) => send<T>(api, operation, input, options, isRaw, origin));
}

/** Sends a call's request in the next microtask, and reads the answer. */
export function send<T>(
  api: Api,
  operation: Operation,
  input: CallInput,
  options: SendOptions,
  isRaw: () => boolean,
  origin: Origin,
): Promise<Answer<T>> {
  const { timeoutMs = api.timeoutMs, attemptTimeoutMs = api.attemptTimeoutMs } = options;
  const { maxRetries = api.maxRetries, priority, cache } = options;
  const lifetime = new Lifetime(options.signal, timeoutMs);
  const callId = nextCallId();
  const startedAt = performance.now();
  const context: CallContext = {
    id: callId,
    operation,
    cacheLayer: operation.cache?.layer,
    attemptTimeoutMs,
    maxRetries,
    priority,
    cache,
    fetchOptions:
      api.fetchOptions || options.fetchOptions ? { ...api.fetchOptions, ...options.fetchOptions } : undefined,
    lifetime,
    attempts: 0,
  };
  const work = async (): Promise<Answer<T>> => {
    await undefined;
    lifetime.throwIfOver();
    let response = await api.send(buildRequest(api, operation, input, options), context);
    // Only reads go on by themselves, and only while the caller wants it: no earlier deadline counts for the rest.
    const resume = (id: string): Promise<Response> => {
      const headers = { ...options.headers, "last-event-id": id };
      return send(api, operation, input, { ...options, headers }, () => true, origin).then(
        ({ response: rest }) => rest,
      );
    };
    const reading = {
      limitMs: attemptTimeoutMs,
      isRaw: isRaw(),
      resume: operation.method === "GET" ? resume : undefined,
    };
    for (;;) {
      if (!response.ok) throw await statusErrorOf(api, operation, response);
      try {
        const answer = await readAnswer(operation, response, lifetime, reading);
        // The spec says what the data is; the server is trusted to keep to it.
        return answer as Answer<T>;
      } catch (error) {
        // A body that breaks off or stalls is a connection that failed.
        if (!context.again || lifetime.isOver || reading.isRaw) throw error;
        context.endAttempt?.(error);
        response = await context.again({ error });
      }
    }
  };
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const fail = (reason: unknown): void => {
      if (isSettled) return;
      isSettled = true;
      lifetime.end();
      const { id: operationId, method, path } = operation;
      const error = located(reason, { method, path, operationId, context, startedAt, origin }, api);
      api.emit({ callId, operationId, method, path, type: "error", error });
      reject(error);
    };
    const succeed = (answer: Answer<T>): void => {
      isSettled = true;
      resolve(answer);
    };
    lifetime.onEnd(fail);
    work().then(succeed, fail);
  });
}

interface Reading {
  /** The time for the body, and for each silence of a stream. */
  readonly limitMs: number;
  readonly isRaw: boolean;
  readonly resume: Resume | undefined;
}

/** Reads a success. What is read here is read in time; a stream lives on, until it is read or the server is silent. */
async function readAnswer(
  operation: Operation,
  response: Response,
  lifetime: Lifetime,
  { limitMs, isRaw, resume }: Reading,
): Promise<Answer<unknown>> {
  const { status } = response;
  const isEmpty = status === 204 || status === 205 || operation.method === "HEAD";
  const decoder = isEmpty ? undefined : decoderOf(operation, response);
  if (isRaw || decoder) {
    const stream = streamed(response, lifetime, limitMs);
    const data = isRaw ? undefined : await decoder?.(stream, resume);
    lifetime.release();
    return answerOf(data, stream);
  }
  const data = isEmpty ? discard(response) : await inTime(readJson(response, operation.mayBeEmpty), limitMs);
  lifetime.end();
  return answerOf(data, response);
}

/** Fails when work takes longer. */
function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = stopAfter(ms, reject);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function answerOf(data: unknown, response: Response): Answer<unknown> {
  return {
    data,
    response,
    get requestId() {
      return requestIdOf(response);
    },
  };
}

/** The response with a body that keeps the call alive until it is read or dropped, and ends it if the server stalls. */
function streamed(response: Response, lifetime: Lifetime, limitMs: number): Response {
  const reader = response.body?.getReader();
  if (!reader) return response;
  const source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
    async pull(controller) {
      lifetime.limit(limitMs);
      try {
        const { done, value } = await lifetime.race(() => reader.read());
        // A reader that takes its time is no stalled server.
        lifetime.limit(Infinity);
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(connectionError(error, factsOf(response)));
      }
      lifetime.end();
    },
    cancel(reason) {
      lifetime.end();
      return reader.cancel(reason);
    },
  };
  const body = new ReadableStream(source, { highWaterMark: 0 });
  return Object.defineProperty(new Response(body, response), "url", { value: response.url });
}
