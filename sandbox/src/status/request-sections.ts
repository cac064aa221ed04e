import { html } from "hono/html";

import type { Html } from "../pages/page.js";
import { hasFailed, type Answered, type Recorder } from "./recorder.js";
import { aside, section } from "./table.js";
import { spanOf, timeOf } from "./words.js";

/** How much of each window every credential has left now, by its last answer. */
export function limitsSection(recorder: Recorder, now = Date.now()): Html {
  const rows = recorder.limits().flatMap((answered) =>
    answered.rateLimits.map(({ name, limit, remaining, resetAt }) => {
      const isOver = resetAt <= now;
      const left = isOver ? limit : remaining;
      const next = isOver ? "full again" : `full again in ${spanOf(resetAt - now)}`;
      return html`<tr>
        <td><code>${answered.credential}</code></td>
        <td>${name}</td>
        <td class="${left === 0 ? "bad" : ""}">
          <meter min="0" max="${limit}" low="${limit / 5}" value="${left}" aria-hidden="true"></meter>
          ${left} of ${limit}${left === 0 ? " – refused for now" : ""}
        </td>
        <td>${left === limit ? "full" : next}</td>
      </tr>`;
    }),
  );
  return section("Rate limits", ["Credential", "Window", "Left", "When"], rows, {
    none: "No request with a credential yet.",
  });
}

/** Those that failed are shown all. */
const SHOWN = 20;

/** The last requests, or those that failed. */
export function requestsSection(recorder: Recorder, onlyFailed: boolean, links: Html): Html {
  const rows = (onlyFailed ? recorder.failures() : recorder.requests().slice(0, SHOWN)).map(requestRow);
  return section("Requests", ["Time", "Request", "Answer", "Took"], rows, {
    note: links,
    none: onlyFailed ? "None failed." : "None yet.",
  });
}

function requestRow(request: Answered): Html {
  const { time, method, path, status, ms, operation, credential, requestId, fault } = request;
  return html`<tr>
    <td class="short">${timeOf(time)}</td>
    <td>
      <code><strong>${method}</strong> ${path}</code>
      ${aside(operation, credential, requestId)}
    </td>
    <td>
      <span class="${hasFailed(request) ? "bad" : "good"}">${request.dropped ? "none" : status}</span>
      ${request.code === undefined ? "" : html`<code>${request.code}</code>`}
      ${aside(request.reason, fault !== undefined && `asked for by X-Sandbox-Fault: ${fault}`)}
    </td>
    <td class="short">${Math.round(ms)} ms</td>
  </tr>`;
}
