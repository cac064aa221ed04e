import { html } from "hono/html";

import { page } from "../pages/page.js";
import { BASE_STYLE } from "../pages/style.js";
import { deliveriesSection, queueSection, webhooksSection } from "./delivery-sections.js";
import type { StoredFacts } from "./facts.js";
import { limitsSection, requestsSection } from "./request-sections.js";
import type { Recorder } from "./recorder.js";
import { idOf } from "./table.js";
import { sessionsSection } from "./session-section.js";

interface StatusView {
  readonly now: Date;
  readonly factor: number;
  readonly recorder: Recorder;
  /** Undefined while the database is away. */
  readonly stored: StoredFacts | undefined;
  /** Shows those requests alone that failed. */
  readonly onlyFailed: boolean;
  /** Loads itself anew, until somebody wants to read in peace. */
  readonly isLive: boolean;
}

const REFRESH_SECONDS = 2;

const STYLE = `${BASE_STYLE}
  body { margin: 1.5rem auto; padding: 0 1rem; max-width: 80rem; font-size: .9rem; }
  h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
  header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
  p { margin: .25rem 0; }
  nav a, p a { margin-right: 1rem; }
  .scroll { overflow-x: auto; position: relative; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; min-width: 4rem; }
  th { color: var(--dim); font-weight: 600; }
  th, .short { white-space: nowrap; overflow-wrap: normal; }
  td { font-variant-numeric: tabular-nums; }
  small { display: block; font-size: .8rem; color: var(--dim); }
  .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
  .note { color: var(--dim); }
  pre { background: var(--soft); padding: .5rem .75rem; border-radius: .4rem; overflow-x: auto; }
  meter { width: 5rem; vertical-align: middle; }
  button { font: inherit; white-space: nowrap; }
  @media (max-width: 40rem) {
    thead { position: absolute; clip-path: inset(50%); }
    tr, td { display: block; } tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
    td { padding: .1rem 0; border: 0; }
  }
`;

/** What happened lately, at a glance; loads itself anew, without a script. */
export function statusPage(view: StatusView): Promise<Response> {
  const { now, factor, recorder, stored, onlyFailed, isLive } = view;
  const speed = factor === 1 ? "" : `, ${factor} times as fast as real time`;
  return page({
    title: "Sandbox status",
    style: STYLE,
    ...(isLive && { refreshSeconds: REFRESH_SECONDS }),
    body: html`<header>
        <h1>Sandbox status</h1>
        <nav aria-label="Pages">
          <a href="/">Docs</a>
          ${PARTS.map((name) => html`<a href="#${idOf(name)}">${name}</a>`)}
          <a href="${pathOf({ onlyFailed, isLive: !isLive })}">
            ${isLive ? "Hold still" : `Reload every ${REFRESH_SECONDS} seconds`}
          </a>
        </nav>
      </header>
      <p class="note">
        ${now.toISOString()}${speed}. Requests and limits are those of this process since it began.
      </p>
      <main>
        ${limitsSection(recorder)} ${requestsSection(recorder, onlyFailed, requestLinks(view))}
        ${stored === undefined ? AWAY : storedSections(stored, now)} ${FAULTS}
      </main>`,
  });
}

function requestLinks({ recorder, onlyFailed, isLive }: StatusView) {
  const failures = recorder.failures().length;
  const link = (label: string, failed: boolean) =>
    failed === onlyFailed
      ? html`<a href="${pathOf({ onlyFailed: failed, isLive })}" aria-current="true"
          ><strong>${label}</strong></a
        >`
      : html`<a href="${pathOf({ onlyFailed: failed, isLive })}">${label}</a>`;
  return html`${link("Latest", false)} ${link(`Latest that failed (${failures})`, true)}`;
}

/** Both choices stand in the address, so that loading anew keeps them. */
function pathOf({ onlyFailed, isLive }: Pick<StatusView, "onlyFailed" | "isLive">): string {
  const choices = [...(onlyFailed ? ["show=failed"] : []), ...(isLive ? [] : ["still=1"])];
  return `/_sandbox${choices.length > 0 ? `?${choices.join("&")}` : ""}`;
}

const AWAY = html`<p class="bad">
  The database is away: webhooks, deliveries and sessions cannot be told. The log says why.
</p>`;

function storedSections({ deliveries, sessions }: StoredFacts, now: Date) {
  return html`${webhooksSection(deliveries)} ${queueSection(deliveries, now)} ${deliveriesSection(deliveries)}
  ${sessionsSection(sessions, now)}`;
}

const PARTS = ["Requests", "Webhooks", "Delivery queue", "Deliveries", "Agent sessions", "Faults"];

const FAULTS = html`<section aria-labelledby="faults">
  <h2 id="faults">Faults</h2>
  <p>Any request to the API can ask for its own failure, to show what your program does then:</p>
  <pre tabindex="0"><code>X-Sandbox-Fault: 429;retry=3     refused, with Retry-After: 3
X-Sandbox-Fault: 503;retry=3     unavailable for 3 seconds; or 500
X-Sandbox-Fault: latency=2000    answered two seconds later
X-Sandbox-Fault: drop            the connection ends without an answer
X-Sandbox-Fault: drop;after      the same, but carried out: a retry must not do it twice</code></pre>
</section>`;
