import { html } from "hono/html";

import { ATTEMPTS } from "../deliveries/settle.js";
import type { Html } from "../pages/page.js";
import type { DeliveryFacts } from "./facts.js";
import { aside, section } from "./table.js";
import { outcomeOf, reasonOf, spanOf, timeOf } from "./words.js";

/** The webhooks, each with a button that sends a test. */
export function webhooksSection({ webhooks }: DeliveryFacts): Html {
  const rows = webhooks.map(
    ({ webhookId, url, description, events, status, failuresInRow, workspaceId }) =>
      html`<tr>
        <td>
          <code>${url}</code>
          ${aside(description, webhookId, workspaceId)}
        </td>
        <td>${events?.join(", ") ?? "all events"}</td>
        <td>
          <span class="${status === "active" ? "good" : "bad"}">${status}</span>
          ${aside(
            status !== "active" && "sends nothing but tests; update it with status active",
            failuresInRow > 0 && `${failuresInRow} failed in a row`,
          )}
        </td>
        <td>
          <form method="post" action="/_sandbox/test-event">
            <button name="webhookId" value="${webhookId}" aria-label="Send a test to ${webhookId}">
              Send a test
            </button>
          </form>
        </td>
      </tr>`,
  );
  return section("Webhooks", ["Address", "Events", "State", "Test"], rows);
}

/** What waits to be delivered: when it is tried next, and why it was not delivered before. */
export function queueSection({ jobs, undispatched, waiting }: DeliveryFacts, now: Date): Html {
  const rows = jobs.map(({ job, type, url }) => {
    const inMs = job.runAt.getTime() - now.getTime();
    const isInHand = job.lockedUntil !== null && job.lockedUntil > now;
    return html`<tr>
      <td>${isInHand ? "now" : inMs <= 0 ? "due" : `in ${spanOf(inMs)}`} ${aside(timeOf(job.runAt))}</td>
      <td>${type} ${aside(job.eventId)}</td>
      <td class="short">attempt ${job.attempt} of ${ATTEMPTS}</td>
      <td class="${job.reason === null ? "" : "bad"}">${reasonOf(job.reason)}</td>
      <td><code>${url}</code></td>
    </tr>`;
  });
  return section("Delivery queue", ["Next try", "Event", "Attempt", "Last outcome", "Address"], rows, {
    note: `${undispatched} events not yet handed out, ${waiting} deliveries waiting.`,
    none: "Nothing waits.",
  });
}

/** The last attempts. */
export function deliveriesSection({ deliveries }: DeliveryFacts): Html {
  const rows = deliveries.map(({ delivery, url }) => {
    const { attemptedAt, eventId, eventType, attempt, delivered, latencyMs, deliveryId } = delivery;
    return html`<tr>
      <td class="short">${timeOf(attemptedAt)}</td>
      <td>${eventType} ${aside(eventId, deliveryId)}</td>
      <td class="short">attempt ${attempt} of ${ATTEMPTS}</td>
      <td class="${delivered ? "good" : "bad"}">${outcomeOf(delivery)}</td>
      <td class="short">${latencyMs} ms</td>
      <td><code>${url}</code></td>
    </tr>`;
  });
  return section("Deliveries", ["Time", "Event", "Attempt", "Outcome", "Took", "Address"], rows);
}
