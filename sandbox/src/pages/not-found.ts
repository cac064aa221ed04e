import { contract } from "@workspace-api/server";
import { html } from "hono/html";

import { page } from "./page.js";
import { CARD_STYLE } from "./style.js";

/** For people who went astray; programs get a problem body. */
export function notFoundPage(path: string): Promise<Response> {
  return page({
    title: "Not found",
    style: CARD_STYLE,
    status: 404,
    body: html`<main>
      <h1>There is nothing at <code>${path.slice(0, 200)}</code></h1>
      <ul>
        <li><a href="/">The docs</a></li>
        <li><a href="/_sandbox">What this sandbox did lately</a></li>
        <li>The API, below <code>${contract.basePath}</code>; it wants a credential.</li>
      </ul>
    </main>`,
  });
}

/** Whether somebody looks at a page of their browser, and not a program at the API. */
export function isPerson(request: Request): boolean {
  const { pathname } = new URL(request.url);
  const wantsPage = request.headers.get("accept")?.includes("text/html") === true;
  return request.method === "GET" && wantsPage && !pathname.startsWith(`${contract.basePath}/`);
}
