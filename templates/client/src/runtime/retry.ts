import { sleep, systemClock } from "./clock.js";
import { backoffMs, LONGEST_DELAY_MS } from "./delay.js";
import { isApiError } from "./errors.js";
import type { CallContext, OutgoingRequest, Ring } from "./fetch.js";
import type { RetryPolicy } from "./operation.js";
import { delayOf } from "./refusal.js";
import { subjectOf } from "./observe.js";
import type { RingSetup } from "./ring-setup.js";

/** What repetitions may cost: a tenth of the calls that get through, so that an outage is not made worse. */
const BUDGET = { share: 0.1, most: 10 };

/** The ring that repeats what failed for a while and may be repeated. */
export function retryRing({ policy, options, emit }: RingSetup): Ring {
  const { clock = systemClock, rateLimit } = options;
  let budget = BUDGET.most;
  return async (request, next, call) => {
    const rule = call.operation?.retry ?? policy.retry;
    if (!rule) return next(request);
    const most = call.maxRetries ?? rule.maxAttempts - 1;
    for (let retry = 1; ; retry++) {
      const outcome = await next(request).then(
        (response): Outcome => ({ response }),
        (error: unknown): Outcome => ({ error }),
      );
      if (!isTemporary(outcome, rule)) {
        budget = Math.min(BUDGET.most, budget + BUDGET.share);
        return passOn(outcome);
      }
      const { response, error } = outcome;
      const isRefused = response?.status === policy.refusalStatus;
      const isWorthIt = retry <= most && (isRefused || (isRepeatable(request, call) && budget >= 1));
      if (!isWorthIt) return passOn(outcome);
      if (request.body instanceof ReadableStream) {
        call.unrepeated = "not repeated, since its body is a stream";
        return passOn(outcome);
      }
      const told = response && (await delayOf(response, rule.delay));
      const delayMs = told ?? backoffMs(rule.backoff, retry);
      if (delayMs > Math.min(LONGEST_DELAY_MS, call.lifetime.deadline - performance.now()))
        return passOn(outcome);
      if (!isRefused) budget -= 1;
      const reason = response?.status ?? (isApiError(error) ? error.code : "connection_failed");
      emit({ ...subjectOf(request, call), type: "retry", retry, delayMs, reason });
      // An unread body would keep its connection.
      void response?.body?.cancel().catch(() => {});
      // Where there is a limiter, it lets nobody pass before the pause is over, but for what costs nothing.
      const isLimited = rateLimit !== false && call.operation?.cost !== 0;
      if (!isRefused || !isLimited) await sleep(clock, delayMs, call.lifetime.signal);
    }
  };
}

interface Outcome {
  readonly response?: Response;
  readonly error?: unknown;
}

function passOn({ response, error }: Outcome): Response {
  if (response) return response;
  throw error;
}

/** Whether trying again may help: a status that the spec names, or a connection that failed or took too long. */
function isTemporary({ response, error }: Outcome, rule: RetryPolicy): boolean {
  if (response) return rule.statuses.includes(response.status);
  return isApiError(error) && (error.code === "connection_failed" || error.code === "timeout");
}

/** Whether a request that may have been carried out can be sent again (RFC 9110, section 9.2.2). */
function isRepeatable({ method, headers }: OutgoingRequest, { operation }: CallContext): boolean {
  const { idempotencyHeader } = operation ?? {};
  return (
    /^(GET|HEAD|OPTIONS|PUT|DELETE)$/.test(method) || (!!idempotencyHeader && headers.has(idempotencyHeader))
  );
}
