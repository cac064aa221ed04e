import { html } from "hono/html";

import { page } from "../pages/page.js";
import { CARD_STYLE } from "../pages/style.js";
import type { Client } from "./clients.js";
import { formActionOf } from "./redirects.js";

/** Somebody who can sign in. */
export interface Person {
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: string;
  readonly workspace: string;
}

interface ConsentView {
  readonly client: Client;
  readonly people: readonly Person[];
  readonly scopes: readonly (readonly [name: string, meaning: string])[];
  /** What the form sends along unseen. */
  readonly carried: readonly (readonly [name: string, value: string])[];
  readonly redirectUri: string;
}

const STYLE = `${CARD_STYLE}
  fieldset { border: 0; padding: 0; margin: 0 0 1.25rem; min-width: 0; }
  legend, label.title { font-weight: 600; padding: 0; display: block; margin-bottom: .25rem; }
  select, button { font: inherit; padding: .5rem .75rem; border-radius: .5rem; border: 1px solid var(--line); }
  select { width: 100%; }
  .scope { display: flex; gap: .5rem; align-items: baseline; padding: .15rem 0; }
  .scope code { color: var(--dim); }
  .actions { display: flex; gap: .75rem; }
  .actions button { flex: 1; cursor: pointer; }
  .actions .allow { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
`;

/** Asks a member whether an app may act for them. Works without a script. */
export function consentPage(view: ConsentView, cookie: string): Promise<Response> {
  const { client, people, scopes, carried, redirectUri } = view;
  const body = html`<h1>${client.name} asks to act for you</h1>
    <form method="post" action="/app/auth/authorize">
      ${carried.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      <fieldset>
        <label class="title" for="user">Sign in as</label>
        <select id="user" name="user" required>
          ${people.map(
            (person) =>
              html`<option value="${person.userId}">
                ${person.name} – ${person.role} of ${person.workspace}
              </option>`,
          )}
        </select>
      </fieldset>
      <fieldset>
        <legend>It will be able to</legend>
        ${scopes.map(
          ([name, meaning]) =>
            html`<label class="scope"
              ><input type="checkbox" name="allow" value="${name}" checked />
              <span>${meaning} <code>${name}</code></span></label
            >`,
        )}
      </fieldset>
      <p class="note">
        ${client.registered ? "This app registered itself. " : ""}Afterwards you return to ${redirectUri}.
      </p>
      <div class="actions">
        <button class="allow" name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Decline</button>
      </div>
    </form>`;
  return page({
    title: "Sign in",
    style: STYLE,
    body: html`<main>${body}</main>`,
    formAction: formActionOf(redirectUri),
    headers: { "Set-Cookie": cookie },
  });
}

/** Tells a person why they cannot sign in, where the app cannot be told. */
export function problemPage(reason: string): Promise<Response> {
  const body = html`<h1>This sign-in cannot go on</h1>
    <p>${reason}</p>
    <p class="note">Go back to the app and start again. If it happens again, tell its makers.</p>`;
  return page({ title: "Sign-in problem", style: STYLE, body: html`<main>${body}</main>`, status: 400 });
}
