import { html } from "hono/html";

import { page, type Html } from "../pages/page.js";
import type { deliveryFacts } from "./facts.js";
import type { Answered, Recorder } from "./recorder.js";

type View = Awaited<ReturnType<typeof deliveryFacts>> & {
  readonly now: Date;
  readonly factor: number;
  readonly recorder: Recorder;
};

const STYLE = `
  :root { color-scheme: light dark; --line: #8884; }
  body { margin: 1.5rem auto; padding: 0 1rem; max-width: 90rem; font: .9rem/1.45 system-ui, sans-serif; }
  h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
  td.long { white-space: normal; overflow-wrap: anywhere; min-width: 16rem; }
  td, code { font-variant-numeric: tabular-nums; }
  .bad { color: #c62828; font-weight: 600; }
  .note { opacity: .75; }
  button { font: inherit; }
`;

/** What happened lately, at a glance; loads itself anew every two seconds, without a script. */
export function statusPage(view: View): Promise<Response> {
  const { now, factor, recorder } = view;
  const speed = factor === 1 ? "" : `, ${factor} times as fast as real time`;
  return page({
    title: "Sandbox status",
    style: STYLE,
    refreshSeconds: 2,
    body: html`<h1>Sandbox status</h1>
      <p class="note">${now.toISOString()}${speed}. Of this process: the last requests since it began.</p>
      ${section("Rate limits", ["Credential", "Left (r) and seconds until more (t)", "Last request"], recorder.limits().map(limitRow))}
      ${section("Requests", ["Time", "Method", "Path", "Status", "ms", "Operation", "Credential", "Request id"], recorder.requests().map(requestRow))}
      <h2>Delivery queue</h2>
      <p>
        ${view.undispatched} events not yet handed out, ${view.waiting} deliveries waiting, ${view.due} of
        them due${view.next === null ? "" : `; the next at ${timeOf(view.next)}`}.
      </p>
      ${section("Webhooks", ["Id", "Address", "Events", "Status", "Failures in a row", ""], view.webhooks.map(webhookRow))}
      ${section("Deliveries", ["Time", "Event", "Type", "Attempt", "Outcome", "ms", "Address"], view.deliveries.map(deliveryRow))}`,
  });
}

function section(title: string, columns: readonly string[], rows: readonly Html[]): Html {
  if (rows.length === 0)
    return html`<h2>${title}</h2>
      <p class="note">None yet.</p>`;
  return html`<h2>${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

function limitRow({ credential, rateLimit, time }: Answered): Html {
  return html`<tr>
    <td>${credential}</td>
    <td><code>${rateLimit}</code></td>
    <td>${timeOf(time)}</td>
  </tr>`;
}

function requestRow(request: Answered): Html {
  const { time, method, path, status, ms, operation, credential, requestId } = request;
  return html`<tr>
    <td>${timeOf(time)}</td>
    <td>${method}</td>
    <td class="long">${path}</td>
    <td class="${status >= 400 ? "bad" : ""}">${status}</td>
    <td>${Math.round(ms)}</td>
    <td>${operation ?? ""}</td>
    <td>${credential ?? ""}</td>
    <td>${requestId ?? ""}</td>
  </tr>`;
}

function webhookRow({ webhookId, url, events, status, failuresInRow }: View["webhooks"][number]): Html {
  return html`<tr>
    <td>${webhookId}</td>
    <td class="long">${url}</td>
    <td class="long">${events?.join(", ") ?? "all"}</td>
    <td class="${status === "active" ? "" : "bad"}">${status}</td>
    <td>${failuresInRow}</td>
    <td>
      <form method="post" action="/_sandbox/test-event">
        <button name="webhookId" value="${webhookId}">Send a test</button>
      </form>
    </td>
  </tr>`;
}

function deliveryRow({ delivery, url }: View["deliveries"][number]): Html {
  const { attemptedAt, eventId, eventType, attempt, delivered, status, error, latencyMs } = delivery;
  return html`<tr>
    <td>${timeOf(attemptedAt)}</td>
    <td>${eventId}</td>
    <td>${eventType}</td>
    <td>${attempt}</td>
    <td class="${delivered ? "" : "bad"}">${status ?? error}</td>
    <td>${latencyMs}</td>
    <td class="long">${url}</td>
  </tr>`;
}

function timeOf(time: Date): string {
  return time.toISOString().slice(5, 19).replace("T", " ");
}
