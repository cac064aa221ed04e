import { sleep, type Clock } from "./clock.js";
import { backoffMs, LONGEST_DELAY_MS } from "./delay.js";
import { isApiError } from "./errors.js";
import type { Emit } from "./events.js";
import type { CallContext, Layer, OutgoingRequest, Send } from "./layer.js";
import type { ApiPolicy, RetryPolicy } from "./policy.js";
import { delayOf } from "./refusal.js";
import { subjectOf } from "./observe.js";
import { discard } from "./transport.js";

/** What repetitions may cost: a tenth of the calls that get through, so that an outage is not made worse. */
const BUDGET = { share: 0.1, most: 10 };

/** An attempt that failed for a while: with a status that the spec names, or on the way. */
interface Failure {
  /** 1 after the first attempt. */
  readonly retry: number;
  readonly response?: Response;
  readonly error?: unknown;
}

/** What the layer is made from. */
export interface RetrySetup {
  readonly policy: ApiPolicy;
  readonly clock: Clock;
  readonly emit: Emit;
  /** A limiter follows, which lets nobody leave in a pause. */
  readonly isLimited: boolean;
}

/** The layer that repeats what failed for a while and may be repeated. */
export function retryLayer({ policy, clock, emit, isLimited }: RetrySetup): Layer {
  let budget = BUDGET.most;

  /** While an attempt is on its way, a call holds no more than this. */
  function attempt(
    request: OutgoingRequest,
    next: Send,
    call: CallContext,
    rule: RetryPolicy,
    retry: number,
  ): Promise<Response> {
    return next(request, call).then(
      (response) => {
        if (rule.statuses.includes(response.status))
          return again(request, next, call, rule, { retry, response });
        budget = Math.min(BUDGET.most, budget + BUDGET.share);
        return response;
      },
      (error: unknown) => again(request, next, call, rule, { retry, error }),
    );
  }

  async function again(
    request: OutgoingRequest,
    next: Send,
    call: CallContext,
    rule: RetryPolicy,
    failure: Failure,
  ): Promise<Response> {
    const { retry, response, error } = failure;
    const isRefused = response?.status === policy.refusalStatus;
    const isAllowed = isRefused || (budget >= 1 && isRepeatable(request, call));
    const delayMs = isAllowed ? await delayBefore(request, call, rule, failure) : undefined;
    if (delayMs === undefined) {
      if (response) return response;
      throw error;
    }
    if (!isRefused) budget -= 1;
    const reason = response?.status ?? ((isApiError(error) && error.code) || "connection_failed");
    emit({ ...subjectOf(request, call), type: "retry", retry, delayMs, reason });
    if (response) discard(response);
    // A limiter lets nobody pass before the pause is over, but for what costs nothing.
    if (!isRefused || !isLimited || call.operation?.cost === 0)
      await sleep(clock, delayMs, call.lifetime.signal);
    return attempt(request, next, call, rule, retry + 1);
  }

  return (request, next, call) => {
    const rule = call.operation?.retry ?? policy.retry;
    return rule ? attempt(request, next, call, rule, 1) : next(request, call);
  };
}

/** How long to wait before the next attempt, in milliseconds; undefined: the failure is final. */
async function delayBefore(
  { body }: OutgoingRequest,
  call: CallContext,
  rule: RetryPolicy,
  { retry, response, error }: Failure,
): Promise<number | undefined> {
  // Other errors would come again.
  const isTemporary =
    response || (isApiError(error) && /^(connection_failed|timeout)$/.test(error.code ?? ""));
  // Written so that a maximum that is no number lets nothing through.
  if (!isTemporary || !(retry <= (call.maxRetries ?? rule.maxAttempts - 1))) return undefined;
  if (body instanceof ReadableStream) {
    call.unrepeated = "not repeated, since its body is a stream";
    return undefined;
  }
  const delayMs = (response && (await delayOf(response, rule.delay))) ?? backoffMs(rule.backoff, retry);
  const mostMs = Math.min(LONGEST_DELAY_MS, call.lifetime.deadline - performance.now());
  return delayMs > mostMs ? undefined : delayMs;
}

/** Whether a request that may have been carried out can be sent again (RFC 9110, section 9.2.2). */
function isRepeatable({ method, headers }: OutgoingRequest, { operation }: CallContext): boolean {
  const key = operation?.idempotencyHeader?.toLowerCase();
  return /^(GET|HEAD|OPTIONS|PUT|DELETE)$/.test(method) || (!!key && key in headers);
}
