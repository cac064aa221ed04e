import type { ErrorCode, NamedSchema, Webhook } from "../../model/api-model.js";
import { ContentHtml, examplesHtml } from "./content-html.js";
import { code, escaped, escapedCode, plainText } from "./html.js";
import { linkHeadings } from "./headings.js";
import { blocks, inline, textOf } from "./markdown.js";
import { Links, type Page } from "./page.js";
import { schemaLead } from "./schema-html.js";
import { fenced, noteMarkdown, SchemaMarkdown } from "./schema-markdown.js";
import { notesOf } from "./schema-notes.js";
import type { Section, SiteContext } from "./site-context.js";
import { slugOf } from "./site-map.js";

/** The page of a schema: all that is inside, and where it is used. */
export function schemaPage(
  site: SiteContext,
  { name, schema, usage, requestFormOf }: NamedSchema,
  users: readonly string[],
): Page {
  const path = site.map.path("schema", name);
  const links = new Links(path);
  const { schemas } = new ContentHtml(site, links, 240);
  const markdown = new SchemaMarkdown(site.trees, (target) =>
    links.markdown(site.map.path("schema", target)),
  );
  const described = typeof schema === "object" ? schema.description : undefined;
  const direction = {
    request: "Sent in requests.",
    response: "Comes in responses.",
    both: "Sent and received.",
  }[usage];
  const form =
    requestFormOf === undefined
      ? ""
      : ` The form of <a href="${links.html(site.map.path("schema", requestFormOf))}">${escaped(requestFormOf)}</a> that is sent.`;
  const isObject = typeof schema === "object" && (schema.type === "object" || schema.allOf !== undefined);
  const type = isObject ? "" : schemas.type(schema);
  const usedBy = users.map((id) => operationLink(site, links, id)).join("");
  const body = [
    `<p class="eyebrow">Schema</p><h1>${escaped(plainText(name))}</h1>`,
    `<div class="prose">${schemaLead(schema, name)}</div>`,
    `<p class="dim">${direction}${form}${type === "" ? "" : ` <span class="type">Type: ${type}.</span>`}</p>`,
    schemas.notes(schema),
    site.trees.hasInside(schema)
      ? `<section><h2>Members</h2>${schemas.inside(schema, { ids: true })}</section>`
      : "",
    usedBy === "" ? "" : `<section><h2>Used by</h2><ul class="plain">${usedBy}</ul></section>`,
  ].join("\n");
  const members = site.trees.of(schema).members.filter(({ isPlaceholder }) => !isPlaceholder);
  const values = notesOf(schema).flatMap(({ values: list = [] }) => list);
  return {
    path,
    title: name,
    description: textOf(described, 160) || `The members of ${name} and what they mean.`,
    part: "schemas",
    body: linkHeadings(body).html,
    markdown: [
      `# ${plainText(name)}`,
      plainText(described ?? ""),
      direction,
      notesOf(schema)
        .map((note) => `- ${noteMarkdown(note)}`)
        .join("\n"),
      markdown.list(schema).join("\n"),
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    search: [
      {
        url: `${path}.html`,
        title: name,
        kind: "schema",
        names: name,
        text: `${textOf(described, 200)} ${members.map((member) => member.name).join(" ")} ${values.slice(0, 60).join(" ")}`,
      },
    ],
  };
}

function operationLink(site: SiteContext, links: Links, id: string): string {
  const operation = site.model.operations.find((it) => it.id === id);
  if (!operation) return "";
  const { method, summary } = operation;
  return `<li><a href="${links.html(site.map.path("operation", id))}"><span class="method ${method.toLowerCase()}">${method}</span> ${escaped(plainText(summary ?? id))}</a></li>`;
}

/** The page of an error code: what it means, what to do, and which operations answer with it. */
export function errorPage(site: SiteContext, entry: ErrorCode): Page {
  const path = site.map.path("error", entry.code);
  const links = new Links(path);
  const users = site.failing.get(entry.code) ?? [];
  const all = site.commonCodes.has(entry.code);
  const body = [
    `<p class="eyebrow">Error ${entry.status}</p><h1>${escapedCode(entry.code)}</h1>`,
    `<div class="prose"><p><strong>${escaped(plainText(entry.title))}.</strong></p>${blocks(entry.description)}</div>`,
    entry.remedy === undefined
      ? ""
      : `<section><h2>What to do</h2><div class="prose">${blocks(entry.remedy)}</div></section>`,
    users.length === 0
      ? ""
      : `<section><h2>Operations that answer with it</h2>${all ? `<details><summary>${users.length} operations: nearly all</summary>` : ""}<ul class="plain">${users.map(({ id }) => operationLink(site, links, id)).join("")}</ul>${all ? "</details>" : ""}</section>`,
  ].join("\n");
  return {
    path,
    title: `${entry.code} (${entry.status})`,
    description: textOf(entry.description ?? entry.title, 160),
    part: "errors",
    body: linkHeadings(body).html,
    markdown: [
      `# ${entry.code}`,
      `Status ${entry.status}: ${entry.title}.`,
      entry.description ?? "",
      entry.remedy === undefined ? "" : `## What to do\n\n${entry.remedy}`,
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    search: [
      {
        url: `${path}.html`,
        title: entry.code,
        kind: "error",
        names: `${entry.code} ${entry.status} ${entry.title}`,
        text: textOf(`${entry.description ?? ""} ${entry.remedy ?? ""}`, 300),
      },
    ],
  };
}

/** The page of an event that the API sends. */
export function eventPage(site: SiteContext, webhook: Webhook): Page {
  const path = site.map.path("event", webhook.name);
  const links = new Links(path);
  const content = new ContentHtml(site, links);
  const { name, summary, description, body, parameters, responses = [] } = webhook;
  const examples = (body?.contents ?? []).flatMap((it) => it.examples);
  const rows = parameters.map((it) => content.parameter(it)).join("");
  const html = [
    `<article class="operation"><header class="head"><p class="eyebrow">Event</p><h1>${escapedCode(name)}${webhook.deprecated ? ' <span class="deprecated">deprecated</span>' : ""}</h1>`,
    `<div class="prose">${summary && summary !== description ? `<p>${inline(summary)}</p>` : ""}${blocks(description)}</div>${content.externalDocs(webhook.externalDocs)}</header>`,
    `<aside class="samples" aria-label="Examples">${examplesHtml(examples)}</aside><div class="details">`,
    `<p class="endpoint"><span class="method ${webhook.method.toLowerCase()}">${webhook.method}</span> to your address</p>`,
    rows === "" ? "" : `<section><h2>Headers and parameters</h2><ul class="rows">${rows}</ul></section>`,
    body
      ? `<section><h2>Payload</h2>${blocks(body.description)}${content.contents(body.contents, { examples: false })}</section>`
      : "",
    responses.length > 0
      ? `<section><h2>What you answer</h2>${responses.map((it) => content.response(it)).join("")}</section>`
      : "",
    "</div></article>",
  ].join("\n");
  const markdown = new SchemaMarkdown(site.trees, (target) =>
    links.markdown(site.map.path("schema", target)),
  );
  const [first] = body?.contents ?? [];
  return {
    path,
    title: name,
    description: textOf(description ?? summary ?? `The event ${name}.`, 160),
    part: "events",
    body: linkHeadings(html).html,
    isWide: true,
    markdown: [
      `# ${name}`,
      summary ?? "",
      description ?? "",
      first
        ? `## Payload\n\n${markdown.type(first.schema)}\n\n${markdown.list(first.schema, { isBrief: true }).join("\n")}`
        : "",
      examples[0] ? fenced(JSON.stringify(examples[0].value, null, 2) ?? "", "json") : "",
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    search: [
      {
        url: `${path}.html`,
        title: name,
        kind: "event",
        names: `${name} webhook event`,
        text: textOf(`${summary ?? ""} ${description ?? ""}`, 300),
      },
    ],
  };
}

/** The overview of a resource: what it is, and its operations. */
export function sectionPage(site: SiteContext, section: Section): Page {
  const path = site.map.path("section", section.name);
  const links = new Links(path);
  const content = new ContentHtml(site, links);
  const tag = site.model.tags.find(({ name }) => name === section.name);
  const rows = section.operations.map(({ id, method, path: route, summary, deprecated }) => {
    return `<li><a href="${links.html(site.map.path("operation", id))}"><span class="method ${method.toLowerCase()}">${method}</span><span class="what">${escaped(plainText(summary ?? id))}${deprecated ? ' <span class="deprecated">deprecated</span>' : ""}</span><code>${escapedCode(route).replaceAll("/", "/<wbr>")}</code></a></li>`;
  });
  const body = [
    `<p class="eyebrow">Resource</p><h1>${escaped(plainText(section.title))}</h1>`,
    `<div class="prose">${blocks(section.description)}</div>`,
    content.externalDocs(tag?.externalDocs),
    rows.length > 0 ? `<ul class="endpoints">${rows.join("")}</ul>` : childrenOf(site, section, links),
  ].join("\n");
  return {
    path,
    title: section.title,
    description: textOf(section.description ?? `Operations of ${section.title}.`, 160),
    part: `section ${section.name}`,
    titleSuffix: " operations",
    body: linkHeadings(body).html,
    markdown: [
      `# ${plainText(section.title)}`,
      section.description ?? "",
      section.operations
        .map(
          ({ id, method, path: route, summary }) =>
            `- [${plainText(summary ?? id)}](${links.markdown(site.map.path("operation", id))}): \`${method} ${route}\``,
        )
        .join("\n"),
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    search: [
      {
        url: `${path}.html`,
        title: section.title,
        kind: "section",
        names: section.title,
        text: textOf(section.description, 300),
      },
    ],
  };
}

/** A section that only holds others leads to them. */
function childrenOf(site: SiteContext, section: Section, links: Links): string {
  const children = site.model.tags.filter(({ parent }) => parent === section.name);
  const rows = children.map(({ name }) => {
    const child = site.sections.find((it) => it.name === name);
    return child
      ? `<li><a href="${links.html(site.map.path("section", name))}">${escaped(child.title)}</a></li>`
      : "";
  });
  return rows.length === 0 ? "" : `<ul class="plain">${rows.join("")}</ul>`;
}

/** All response headers of the API, each once. */
export function headersPage(site: SiteContext): Page | undefined {
  const path = "headers";
  const links = new Links(path);
  const content = new ContentHtml(site, links);
  const headers = new Map(
    site.model.operations
      .flatMap(({ responses }) => responses.flatMap((response) => response.headers))
      .map((header) => [header.name.toLowerCase(), header]),
  );
  if (headers.size === 0) return undefined;
  const sorted = [...headers.values()].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const rows = sorted.map((header) =>
    content
      .header(header)
      .replace('<li class="row">', `<li class="row" id="${slugOf(header.name.toLowerCase())}">`),
  );
  const body = `<p class="eyebrow">Reference</p><h1>Response headers</h1><p>What responses tell beside their bodies. Each operation lists the ones that it sends.</p><ul class="rows">${rows.join("")}</ul>`;
  return {
    path,
    title: "Response headers",
    description: "The headers of responses and what they mean.",
    part: "reference",
    body: linkHeadings(body).html,
    markdown: `# Response headers\n\n${sorted.map(({ name, description }) => `- \`${name}\`: ${textOf(description, 300)}`).join("\n")}`,
    search: sorted.map(({ name, description }) => ({
      url: `${path}.html#${slugOf(name.toLowerCase())}`,
      title: name,
      kind: "header" as const,
      names: name,
      text: textOf(description, 200),
    })),
  };
}

/** All error codes, by status. */
export function errorIndexPage(site: SiteContext): Page {
  const links = new Links("errors/index");
  const statuses = [...new Set(site.model.errorCodes.map(({ status }) => status))].sort((a, b) => a - b);
  const sections = statuses.map((status) => {
    const rows = site.model.errorCodes
      .filter((entry) => entry.status === status)
      .map(
        (entry) =>
          `<li><a href="${links.html(site.map.path("error", entry.code))}"><code>${escapedCode(entry.code)}</code></a> ${escaped(plainText(entry.title))}. ${inline(entry.remedy)}</li>`,
      );
    return `<section><h2>${status}</h2><ul class="errors">${rows.join("")}</ul></section>`;
  });
  return {
    path: "errors/index",
    title: "Error codes",
    description: "Every code that an error can carry, with what to do about it.",
    part: "errors",
    body: linkHeadings(`<p class="eyebrow">Reference</p><h1>Error codes</h1>${sections.join("\n")}`).html,
    markdown: `# Error codes\n\n${site.model.errorCodes.map((entry) => `- \`${entry.code}\` ${entry.status} ${entry.title}. ${textOf(entry.remedy)}`).join("\n")}`,
    search: [
      { url: "errors/index.html", title: "Error codes", kind: "page", names: "error codes errors", text: "" },
    ],
  };
}

/** A list of names that lead to pages: all schemas, all events. */
export function indexPage(
  path: string,
  title: string,
  lead: string,
  part: string,
  entries: readonly { readonly name: string; readonly path: string; readonly text: string }[],
): Page {
  const links = new Links(path);
  const rows = entries.map(
    ({ name, path: target, text }) =>
      `<li><a href="${links.html(target)}">${code(name)}</a> <span>${escaped(text)}</span></li>`,
  );
  return {
    path,
    title,
    description: lead,
    part,
    body: `<p class="eyebrow">Reference</p><h1>${escaped(title)}</h1><p>${escaped(lead)}</p><ul class="names">${rows.join("")}</ul>`,
    markdown: `# ${title}\n\n${lead}\n\n${entries.map(({ name, path: target, text }) => `- [${name}](${links.markdown(target)})${text === "" ? "" : `: ${text}`}`).join("\n")}`,
    search: [{ url: `${path}.html`, title, kind: "page", names: title, text: lead }],
  };
}
