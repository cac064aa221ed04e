import { sleep, type Clock } from "./clock.js";
import { backoffMs } from "./backoff.js";
import { isApiError } from "./errors.js";
import type { Emit } from "./events.js";
import type { CallContext, Layer, OutgoingRequest, Send } from "./layer.js";
import type { ApiPolicy, RetryPolicy } from "./policy.js";
import { readRateLimit } from "./rate-limit-fields.js";
import { isRefusal } from "./refusal.js";
import type { RetryBudget } from "./retry-budget.js";
import { delayOf } from "./told-delay.js";
import { isStream } from "./objects.js";
import { subjectOf } from "./observe.js";
import { discard } from "./transport.js";

/** A call may be refused so many times as often as it may fail, where the server tells no delay: guesses are short. */
const GUESSES = 3;

/** An attempt that failed for a while: with a status that the spec names, or on the way. */
interface Failure {
  readonly response?: Response;
  readonly error?: unknown;
}

/** What the layer is made from. */
export interface RetrySetup {
  readonly policy: ApiPolicy;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  readonly emit: Emit;
  /** A limiter follows, which lets nobody leave in a pause. */
  readonly isLimited: boolean;
  /** A longer delay is final. */
  readonly maxPauseMs: number;
}

/** The attempts of one call. */
class Attempts {
  readonly #setup: RetrySetup;
  readonly #request: OutgoingRequest;
  readonly #next: Send;
  readonly #call: CallContext;
  readonly #rule: RetryPolicy;
  #failures = 0;
  #refusals = 0;

  constructor(setup: RetrySetup, request: OutgoingRequest, next: Send, call: CallContext, rule: RetryPolicy) {
    this.#setup = setup;
    this.#request = request;
    this.#next = next;
    this.#call = call;
    this.#rule = rule;
  }

  send(): Promise<Response> {
    const { budget, policy } = this.#setup;
    return this.#next(this.#request, this.#call).then(
      (response) => {
        if (response.ok || !isFailure(response, this.#rule, policy)) {
          budget.succeed(this.#failures > 0);
          this.#call.again = (failure) => this.again(failure);
          return response;
        }
        return this.again({ response });
      },
      (error: unknown) => this.again({ error }),
    );
  }

  /** Sends the request once more, if that may help; else the failure is final. */
  async again({ response, error }: Failure): Promise<Response> {
    const { clock, emit, isLimited } = this.#setup;
    const call = this.#call;
    const isRefused = response !== undefined && isLimit(response, this.#setup.policy);
    const delayMs = await this.#delayBefore(isRefused, response, error);
    if (delayMs === undefined) {
      if (response) return response;
      throw error;
    }
    const reason = response?.status ?? ((isApiError(error) && error.code) || "connection_failed");
    const retry = this.#failures + this.#refusals;
    emit({ ...subjectOf(this.#request, call), type: "retry", retry, delayMs, reason });
    if (response) discard(response);
    // A limiter lets nobody pass before the pause is over, but for what costs nothing.
    if (!isRefused || !isLimited || call.operation?.cost === 0)
      await sleep(clock, delayMs, call.lifetime.signal);
    return this.send();
  }

  /** How long to wait before the next attempt, in milliseconds; undefined: the failure is final. */
  async #delayBefore(
    isRefused: boolean,
    response: Response | undefined,
    error: unknown,
  ): Promise<number | undefined> {
    const call = this.#call;
    const rule = this.#rule;
    // Other errors would come again.
    const isTemporary =
      response || (isApiError(error) && /^(connection_failed|timeout)$/.test(error.code ?? ""));
    if (!isTemporary) return undefined;
    const told = response && (await delayOf(response, rule.delay));
    const count = isRefused ? (this.#refusals += 1) : (this.#failures += 1);
    const most = (call.maxRetries ?? rule.maxAttempts - 1) * (isRefused && told === undefined ? GUESSES : 1);
    // Written so that a maximum that is no number lets nothing through.
    if (!(count <= most)) return undefined;
    if (!isRefused && !(rule.safe || isRepeatable(this.#request, call))) return undefined;
    if (isStream(this.#request.body)) {
      call.unrepeated = "not repeated, since its body is a stream";
      return undefined;
    }
    const delayMs = told ?? backoffMs(rule.backoff, Math.min(count, 30));
    const mostMs = Math.min(this.#setup.maxPauseMs, call.lifetime.deadline - performance.now());
    if (delayMs > mostMs) return undefined;
    return isRefused || (await this.#setup.budget.take(call.lifetime)) ? delayMs : undefined;
  }
}

/** The layer that repeats what failed for a while and may be repeated. */
export function retryLayer(setup: RetrySetup): Layer {
  return (request, next, call) => {
    const rule = call.operation?.retry ?? setup.policy.retry;
    return rule ? new Attempts(setup, request, next, call, rule).send() : next(request, call);
  };
}

function isFailure(response: Response, rule: RetryPolicy, policy: ApiPolicy): boolean {
  return rule.statuses.includes(response.status) || isLimit(response, policy);
}

function isLimit(response: Response, policy: ApiPolicy): boolean {
  return isRefusal(response, readRateLimit(response.headers), policy);
}

/** Whether a request that may have been carried out can be sent again (RFC 9110, section 9.2.2). */
function isRepeatable({ method, headers }: OutgoingRequest, { operation }: CallContext): boolean {
  const key = operation?.idempotencyHeader?.toLowerCase();
  return /^(GET|HEAD|OPTIONS|PUT|DELETE)$/.test(method) || (!!key && key in headers);
}
