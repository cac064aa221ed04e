import { createHash } from "node:crypto";

import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** A piece of HTML in which all values were escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

interface PageOptions {
  readonly title: string;
  readonly style: string;
  readonly body: Html;
  readonly status?: number;
  /** Where forms may lead, besides this server. */
  readonly formAction?: string;
  /** Load the page again after so many seconds. */
  readonly refreshSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page of ours: no script, nothing from elsewhere, in no frame, in no cache. */
export async function page(options: PageOptions): Promise<Response> {
  const { title, style, body, status = 200, formAction, refreshSeconds, headers } = options;
  const refresh = refreshSeconds && html`<meta http-equiv="refresh" content="${refreshSeconds}" />`;
  // In one piece, so that its text stays the one that was hashed.
  const styleElement = raw(`<style>${style}</style>`);
  const whole = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${refresh ?? ""} ${styleElement}
      </head>
      <body>
        ${body}
      </body>
    </html> `;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    `form-action 'self'${formAction === undefined ? "" : ` ${formAction}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(String(whole), {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy.join("; "),
      "Cache-Control": "no-store",
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      ...headers,
    },
  });
}
