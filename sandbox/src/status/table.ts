import { html } from "hono/html";

import type { Html } from "../pages/page.js";

/** A table under a heading, which scrolls by itself where it is too wide, also by the keyboard. */
export function section(
  title: string,
  columns: readonly string[],
  rows: readonly Html[],
  { note, none = "None yet." }: { readonly note?: Html | string; readonly none?: string } = {},
): Html {
  const id = idOf(title);
  const about = note === undefined ? "" : html`<p class="note">${note}</p>`;
  if (rows.length === 0)
    return html`<section aria-labelledby="${id}">
      <h2 id="${id}">${title}</h2>
      ${about}
      <p class="note">${none}</p>
    </section>`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${about}
    <div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
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
    </div>
  </section>`;
}

/** Where a section is in the page. */
export function idOf(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}

/** The second line of a cell: of less weight, joined by dots. */
export function aside(...parts: readonly (string | undefined | null | false)[]): Html | string {
  const said = parts.filter((part) => typeof part === "string" && part !== "");
  return said.length === 0 ? "" : html`<small>${said.join(" · ")}</small>`;
}
