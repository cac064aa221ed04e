import type { SecurityScheme, Server } from "../../model/api-model.js";
import { ContentHtml } from "./content-html.js";
import { duration } from "./duration.js";
import { schemeTitle } from "./facts.js";
import type { Guide } from "./guide.js";
import { code, escaped, externalLink, plainText } from "./html.js";
import { linkHeadings, type Heading } from "./headings.js";
import { blocks, inline, pageBlocks, textOf } from "./markdown.js";
import { Links, type Page, type SearchEntry } from "./page.js";
import type { SiteContext } from "./site-context.js";

/** A page of prose in Markdown; its headings are found by the search. */
function prosePage(
  path: string,
  title: string,
  part: string,
  eyebrow: string,
  html: string,
  markdown: string,
  kind: SearchEntry["kind"] = "page",
): Page {
  const { html: body, headings } = linkHeadings(
    `<p class="eyebrow">${escaped(eyebrow)}</p><h1>${escaped(plainText(title))}</h1>\n<div class="prose">${html}</div>`,
  );
  const text = textOf(markdown, 4000);
  return {
    path,
    title: plainText(title),
    description: textOf(markdown.replace(/^#.*$/gm, ""), 160) || plainText(title),
    part,
    body,
    markdown: `# ${plainText(title)}\n\n${markdown}`,
    search: [
      { url: `${path}.html`, title, kind, names: title, text },
      ...headings.map((heading) => headingEntry(path, heading)),
    ],
  };
}

function headingEntry(path: string, { id, text }: Heading): SearchEntry {
  return { url: `${path}.html#${id}`, title: text, kind: "heading", names: text, text: "" };
}

export function guidePage(site: SiteContext, guide: Guide): Page {
  const path = site.map.path("guide", guide.slug);
  // Guides link to each other and to pages of the site as Markdown files; here they are pages.
  const html = pageBlocks(guide.text).replace(
    /href="(?!https?:|mailto:|#)([^"#]+)\.md(#[^"]*)?"/g,
    'href="$1.html$2"',
  );
  return prosePage(path, guide.title, "guides", "Guide", html, guide.text, "guide");
}

export function overviewPage(site: SiteContext): Page {
  const { model, sections, guides, map } = site;
  const links = new Links("index");
  const content = new ContentHtml(site, links);
  const cards = sections
    .filter(({ depth }) => depth === 0)
    .map(
      ({ name, title, description, operations }) =>
        `<li><a href="${links.html(map.path("section", name))}"><strong>${escaped(plainText(title))}</strong><span>${escaped(textOf(description, 110) || `${operations.length} operations`)}</span></a></li>`,
    );
  const guideCards = guides.map(
    ({ slug, title, text }) =>
      `<li><a href="${links.html(map.path("guide", slug))}"><strong>${escaped(plainText(title))}</strong><span>${escaped(textOf(firstParagraph(text), 110))}</span></a></li>`,
  );
  const about = [
    model.contact ? `Contact: ${contactHtml(model.contact)}` : "",
    model.license
      ? `License: ${model.licenseUrl ? externalLink(model.licenseUrl, model.license) : escaped(plainText(model.license))}`
      : "",
    model.termsOfService ? externalLink(model.termsOfService, "Terms of service") : "",
  ].filter((text) => text !== "");
  const html = [
    `<p class="eyebrow">Version ${escaped(plainText(model.version))}</p><h1>${escaped(plainText(model.title))}</h1>`,
    model.summary ? `<p class="lead">${inline(model.summary)}</p>` : "",
    content.externalDocs(model.externalDocs),
    guideCards.length > 0
      ? `<section><h2>Guides</h2><ul class="cards">${guideCards.join("")}</ul></section>`
      : "",
    model.description ? `<div class="prose">${blocks(model.description)}</div>` : "",
    cards.length > 0 ? `<section><h2>Resources</h2><ul class="cards">${cards.join("")}</ul></section>` : "",
    model.servers.length > 0
      ? `<section><h2>Servers</h2><ul class="rows">${model.servers.map(serverHtml).join("")}</ul></section>`
      : "",
    `<section><h2>For machines</h2><p>The whole contract as <a href="openapi.json">OpenAPI in JSON</a> or <a href="openapi.yaml">in YAML</a>, an index for language models in <a href="llms.txt">llms.txt</a>, and every page as Markdown: put <code>.md</code> where its address has <code>.html</code>.</p></section>`,
    about.length > 0
      ? `<section><h2>About</h2><ul class="plain">${about.map((text) => `<li>${text}</li>`).join("")}</ul></section>`
      : "",
  ].join("\n");
  const { html: body, headings } = linkHeadings(html);
  return {
    path: "index",
    title: model.title,
    description: textOf(model.summary ?? model.description ?? `Reference docs of ${model.title}.`, 160),
    part: "start",
    body,
    markdown: overviewMarkdown(site),
    search: headings
      .filter(({ text }) => text !== "Resources" && text !== "Guides")
      .map((heading) => headingEntry("index", heading)),
  };
}

function overviewMarkdown({ model, sections, guides, map }: SiteContext): string {
  const links = new Links("index");
  return [
    `# ${plainText(model.title)}`,
    model.summary ?? "",
    model.servers
      .map(({ url, description }) => `- ${url}${description ? `: ${textOf(description)}` : ""}`)
      .join("\n"),
    model.description ?? "",
    guides.length > 0
      ? `## Guides\n\n${guides.map(({ slug, title }) => `- [${title}](${links.markdown(map.path("guide", slug))})`).join("\n")}`
      : "",
    `## Resources\n\n${sections.map(({ name, title, description }) => `- [${title}](${links.markdown(map.path("section", name))})${description ? `: ${textOf(description, 100)}` : ""}`).join("\n")}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function firstParagraph(text: string): string {
  return text.split(/\n\s*\n/).find((part) => part.trim() !== "" && !/^[#`|>-]/.test(part.trim())) ?? "";
}

function contactHtml({ name, url, email }: NonNullable<SiteContext["model"]["contact"]>): string {
  const parts = [
    name && url ? externalLink(url, name) : name ? escaped(plainText(name)) : url ? externalLink(url) : "",
    email ? externalLink(`mailto:${email}`, email) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function serverHtml({ url, name, description, template, variables = [] }: Server): string {
  const rows = variables.map(
    ({ name: variable, default: standard, enum: values = [], description: text }) => {
      const choices =
        values.length > 0 ? `<li>one of ${values.map((value) => code(value)).join(" ")}</li>` : "";
      return `<li class="row"><div class="row-head">${code(variable)}</div>${text ? `<div class="row-text">${inline(text)}</div>` : ""}<ul class="notes"><li>default ${code(standard)}</li>${choices}</ul></li>`;
    },
  );
  return `<li class="row"><div class="row-head">${code(template ?? url)}${name ? ` <span class="type">${escaped(plainText(name))}</span>` : ""}</div>${description ? `<div class="row-text">${inline(description)}</div>` : ""}${rows.length > 0 ? `<ul class="rows">${rows.join("")}</ul>` : ""}</li>`;
}

/** Ways to authenticate, with the addresses and scopes of OAuth. */
export function authenticationPage({ model, sampleNames }: SiteContext): Page | undefined {
  if (model.securitySchemes.length === 0) return undefined;
  const text = model.securitySchemes.map((scheme) => schemeMarkdown(scheme, sampleNames.prefix)).join("\n\n");
  return prosePage("authentication", "Credentials and scopes", "start", "Reference", blocks(text), text);
}

function schemeMarkdown(scheme: SecurityScheme, prefix: string): string {
  const {
    name,
    kind,
    description,
    flows = [],
    parameterName,
    in: place,
    bearerFormat,
    openIdConnectUrl,
    oauth2MetadataUrl,
  } = scheme;
  const title = schemeTitle(scheme, name).replace(/^./, (first) => first.toUpperCase());
  const how = {
    bearer: `Send \`Authorization: Bearer\` and the credential.${bearerFormat ? ` It is a ${bearerFormat}.` : ""}`,
    basic: "Send user name and password by HTTP Basic (RFC 7617).",
    apiKey: `Send it in the ${place === "query" ? "query parameter" : (place ?? "header")} \`${parameterName ?? ""}\`.`,
    oauth2: "Send `Authorization: Bearer` and the access token.",
    openIdConnect: `Send \`Authorization: Bearer\` and the token.${openIdConnectUrl ? ` The provider describes itself at <${openIdConnectUrl}>.` : ""}`,
    http: `Send \`Authorization: ${scheme.scheme ?? ""}\` and the credential.`,
    other: "How it travels is agreed outside of HTTP requests, as with client certificates.",
  }[kind];
  const variable = kind === "oauth2" || kind === "openIdConnect" ? "ACCESS_TOKEN" : "API_KEY";
  return [
    `## ${title}`,
    scheme.deprecated ? "**Deprecated.**" : "",
    description ?? "",
    how,
    kind === "basic" ? "" : `Samples take it from the variable \`${prefix}_${variable}\`.`,
    oauth2MetadataUrl ? `The server describes itself at <${oauth2MetadataUrl}> (RFC 8414).` : "",
    ...flows.map((flow) => {
      const addresses = [
        ["Authorize at", flow.authorizationUrl],
        ["Get tokens at", flow.tokenUrl],
        ["Refresh them at", flow.refreshUrl],
        ["Ask for device codes at", flow.deviceAuthorizationUrl],
      ].flatMap(([label, url]) => (url === undefined ? [] : [`- ${label} \`${url}\``]));
      const scopes = Object.entries(flow.scopes).map(
        ([scope, meaning]) => `| \`${scope}\` | ${meaning.replaceAll("|", "\\|").replace(/\s+/g, " ")} |`,
      );
      return [
        `### ${FLOWS[flow.grant]}`,
        addresses.join("\n"),
        scopes.length > 0 ? `| scope | allows to |\n|---|---|\n${scopes.join("\n")}` : "",
      ].join("\n\n");
    }),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

const FLOWS = {
  authorizationCode: "Authorization code",
  clientCredentials: "Client credentials",
  implicit: "Implicit",
  password: "Password",
  deviceAuthorization: "Device authorization",
} as const;

/** Limits, retries, paging and caching, from the spec's own numbers. */
export function limitsPage({ model, map }: SiteContext): Page {
  const links = new Links("limits");
  const { rateLimits, retry } = model.policies;
  const named = (list: readonly { readonly id: string; readonly summary?: string }[]): string =>
    list
      .map(({ id, summary }) => `- [${plainText(summary ?? id)}](${links.html(map.path("operation", id))})`)
      .join("\n");
  const costly = model.operations.filter(
    ({ policies }) => policies.cost !== 1 || policies.windows.length > 0,
  );
  const cached = model.operations.filter(({ policies }) => policies.cache);
  const paged = model.operations.filter(({ policies }) => policies.pagination);
  const keyed = model.operations.filter(({ policies }) => policies.idempotency);
  const windows = (rateLimits?.windows ?? []).map(
    ({ name, limit, windowMs }) => `| ${name} | ${limit} | ${duration(windowMs)} |`,
  );
  const delays = retry.delay.map((source) =>
    "header" in source ? `the header \`${source.header}\`` : "a pattern on the error's message",
  );
  const backoff = `${duration(retry.backoff.initialMs)} at first, ${retry.backoff.factor} times as long after each attempt, ${duration(retry.backoff.maxMs)} at most${retry.backoff.jitter === "full" ? ", with full jitter" : ""}`;
  const text = [
    windows.length > 0
      ? `## Rate limits\n\nCounted for each credential. The client waits before a request would be refused.\n\n| window | requests | time |\n|---|---|---|\n${windows.join("\n")}\n\nA refusal is ${rateLimits?.refusal.status ?? 429}${rateLimits?.refusal.code ? ` with the code \`${rateLimits.refusal.code}\`` : ""}.`
      : "## Rate limits\n\nThe spec states none. The client learns them from what the server says, and waits as told.",
    costly.length > 0 ? `Operations that count otherwise:\n\n${named(costly)}` : "",
    `## Retries\n\nThe client repeats a request on ${retry.statuses.join(", ")}, ${retry.maxAttempts} attempts at most, where that is safe.`,
    delays.length > 0
      ? `How long to wait is read from ${delays.join(", then ")}. Without it: ${backoff}.`
      : `It waits ${backoff}.`,
    keyed.length > 0
      ? `## Idempotency\n\n${keyed.length} operations take a key that makes them safe to repeat: \`${keyed[0]?.policies.idempotency?.header ?? ""}\`. The client sends one by itself, the same for each attempt.`
      : "",
    paged.length > 0
      ? `## Pagination\n\n${paged.length} operations answer with a page. Each says how it goes on; the client iterates over all items.`
      : "",
    cached.length > 0
      ? `## Caching\n\nResults of these operations are kept by the client:\n\n${cached.map(({ id, summary, policies }) => `- [${plainText(summary ?? id)}](${links.html(map.path("operation", id))}), ${duration(policies.cache?.freshMs ?? 0)}`).join("\n")}`
      : "",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
  return prosePage(
    "limits",
    "Limits and behaviour",
    "start",
    "Reference",
    pageBlocks(text),
    text.replaceAll(".html)", ".md)"),
  );
}
