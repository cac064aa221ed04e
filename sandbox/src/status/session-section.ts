import { html } from "hono/html";

import type { Html } from "../pages/page.js";
import type { SessionFacts } from "./facts.js";
import { aside, section } from "./table.js";
import { spanOf, timeOf } from "./words.js";

const BAD = new Set(["error", "stale"]);

/** The agent sessions that changed last, and who has each in hand. */
export function sessionsSection(sessions: SessionFacts, now: Date): Html {
  const rows = sessions.map(({ session, agent, claim }) => {
    const leftMs = claim === null ? 0 : claim.expiresAt.getTime() - now.getTime();
    const lease = leftMs > 0 ? `lease ends in ${spanOf(leftMs)}` : "lease has ended";
    return html`<tr>
      <td class="short">${timeOf(session.updatedAt)}</td>
      <td><code>${session.sessionId}</code> ${aside(agent, session.executionMode, session.taskId)}</td>
      <td>
        <span class="${BAD.has(session.state) ? "bad" : ""}">${session.state}</span>
        ${aside(session.errorMessage, session.question)}
      </td>
      <td>${claim === null ? "–" : html`<code>${claim.workerId}</code> ${aside(claim.claimId, lease)}`}</td>
    </tr>`;
  });
  return section("Agent sessions", ["Changed", "Session", "State", "In hand of"], rows);
}
