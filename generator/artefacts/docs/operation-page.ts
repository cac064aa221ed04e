import type { Operation, Response } from "../../model/api-model.js";
import { ContentHtml, examplesHtml, prettyJson } from "./content-html.js";
import { factsOf } from "./facts.js";
import { code, escaped, escapedCode, jsonOf, plainText } from "./html.js";
import { highlighted } from "./highlight.js";
import { linkHeadings } from "./headings.js";
import { blocks, inline, textOf } from "./markdown.js";
import { operationMarkdown } from "./operation-markdown.js";
import { Links, type Page, type SearchEntry } from "./page.js";
import type { Sample } from "./samples.js";
import { Bytes } from "./sample-values.js";
import type { Section, SiteContext } from "./site-context.js";

/** The page of an operation: what it does, who may call it, what goes in and what comes out, and samples beside. */
export function operationPage(site: SiteContext, operation: Operation, section: Section): Page {
  const path = site.map.path("operation", operation.id);
  const links = new Links(path);
  const content = new ContentHtml(site, links);
  const samples = site.samples.of(operation);
  const title = plainText(operation.summary ?? operation.id);
  const { body } = operation;
  const [errors, successes] = [
    operation.responses.filter(isError),
    operation.responses.filter((response) => !isError(response)),
  ];
  const html = site.render("operation.html.hbs", {
    section: section.title,
    title,
    isDeprecated: operation.deprecated,
    method: operation.method,
    methodClass: operation.method.toLowerCase(),
    path: pathHtml(operation.path),
    server: operation.server ?? "",
    description: operation.description === operation.summary ? "" : blocks(operation.description),
    externalDocs: content.externalDocs(operation.externalDocs),
    samples: samplesHtml(site, operation, samples),
    facts: factsOf(site.model, operation).map(({ label, text }) => ({ label, html: inline(text) })),
    parameterGroups: content.parameterGroups(operation),
    body: body
      ? `${body.required ? "" : "<p>The body may be left out.</p>"}${blocks(body.description)}${content.contents(body.contents, { examples: false })}`
      : "",
    responses: successes.map((response) => content.response(response)),
    errors: errorsHtml(site, errors, content, links),
    callbacks: (operation.callbacks ?? []).map((callback) => content.callback(callback)).join(""),
  });
  return {
    path,
    title,
    description: textOf(
      operation.description ?? operation.summary ?? `${operation.method} ${operation.path}`,
      160,
    ),
    part: `section ${section.name}`,
    body: linkHeadings(html).html,
    isWide: true,
    markdown: operationMarkdown(site, operation, links),
    search: [searchEntry(site, operation, path, title)],
  };
}

function isError({ status }: Response): boolean {
  return /^[45]/.test(status) || status === "default";
}

/** A path with its parameters set apart, and places where it may break. */
export function pathHtml(path: string): string {
  return escapedCode(path)
    .replaceAll("/", "/<wbr>")
    .replace(/\{[^{}]*\}/g, (parameter) => `<i>${parameter}</i>`);
}

function searchEntry(site: SiteContext, operation: Operation, path: string, title: string): SearchEntry {
  const call = site.samples
    .call(operation)
    .replace(/\([\s\S]*/, "")
    .split(".")
    .slice(1)
    .join(".");
  const parameters = operation.parameters.map(({ name }) => name).join(" ");
  return {
    url: `${path}.html`,
    title,
    kind: "operation",
    names: `${operation.id} ${operation.method} ${operation.path} ${call}`,
    text: `${textOf(operation.description, 300)} ${parameters}`,
  };
}

function samplesHtml(site: SiteContext, operation: Operation, samples: readonly Sample[]): string {
  const { method, path, query, headers, content, body, scheme, server } = site.samples.request(operation);
  const canRun =
    server === undefined && (content === undefined || content.kind === "json") && !(body instanceof Bytes);
  const request = {
    method,
    path:
      path + (query.length > 0 ? `?${new URLSearchParams(query.map(([name, value]) => [name, value]))}` : ""),
    headers,
    credential:
      scheme?.kind === "oauth2" || scheme?.kind === "openIdConnect"
        ? "accessToken"
        : scheme
          ? "apiKey"
          : "none",
    ...(content ? { contentType: content.mediaType, body } : {}),
  };
  const figures = samples.map(({ label, language, text }) => {
    const run = canRun && label === "curl" ? ` data-request="${escaped(jsonOf(request))}"` : "";
    return figure(label, text, language, `data-sample="${escaped(label)}"${run}`);
  });
  return `<div class="calls">${figures.join("")}</div>${requestExamples(operation)}${responseExamples(site, operation)}`;
}

/** What the body of the sample is called, and further examples of it. */
function requestExamples(operation: Operation): string {
  const contents = operation.body?.contents ?? [];
  const [first, ...rest] = contents[0]?.examples ?? [];
  const others = [...rest, ...contents.slice(1).flatMap(({ examples }) => examples)];
  const said = [first?.summary, first?.description].filter((text) => text !== undefined).join(": ");
  const name = said === "" ? "" : `<p class="label">The body: ${escaped(plainText(said))}</p>`;
  if (others.length === 0) return name;
  return `${name}<details class="more"><summary>More bodies that it takes</summary>${examplesHtml(others)}</details>`;
}

/** What the sample gets: as it was recorded, else as the spec shows it. */
function responseExamples(site: SiteContext, operation: Operation): string {
  const recorded = site.recorded[operation.id];
  if (recorded) {
    const text = recorded.body === undefined ? "" : prettyJson(recorded.body);
    return text === ""
      ? `<p class="label">Answers ${recorded.status}, without a body</p>`
      : figure(`Response ${recorded.status}`, text, "json", "");
  }
  return operation.responses
    .filter((response) => !isError(response))
    .flatMap(({ status, contents }) =>
      contents.slice(0, 1).flatMap((content) => {
        if (content.examples.length > 0)
          return [`<p class="label">Response ${escaped(status)}</p>${examplesHtml(content.examples)}`];
        if (content.kind !== "json") return [];
        return [figure(`Response ${status}`, prettyJson(site.samples.response(content)), "json", "")];
      }),
    )
    .join("");
}

function figure(label: string, text: string, language: string, attributes: string): string {
  return `<div class="sample" ${attributes}><div class="caption">${escaped(plainText(label))}</div><pre class="code" tabindex="0"><code>${highlighted(text, language)}</code></pre></div>`;
}

/** What can go wrong: an operation's own codes in full, those that all share folded. */
function errorsHtml(
  site: SiteContext,
  errors: readonly Response[],
  content: ContentHtml,
  links: Links,
): string {
  if (errors.length === 0) return "";
  const own = errors.flatMap((response) =>
    response.errorCodes.filter((it) => !site.commonCodes.has(it)).map((it) => errorRow(site, it, links)),
  );
  const common = errors.flatMap((response) =>
    response.errorCodes.filter((it) => site.commonCodes.has(it)).map((it) => errorRow(site, it, links)),
  );
  return [
    own.length > 0 ? `<ul class="errors">${own.join("")}</ul>` : "",
    common.length > 0
      ? `<details class="common"><summary>${common.length} codes that nearly every operation can answer with</summary><ul class="errors">${common.join("")}</ul></details>`
      : "",
    own.length + common.length > 0
      ? `<details class="common"><summary>Error responses, with their headers</summary>${content.errorResponses(errors)}</details>`
      : content.errorResponses(errors),
  ].join("");
}

function errorRow(site: SiteContext, name: string, links: Links): string {
  const entry = site.catalogue.get(name);
  const status = entry ? `<span class="status">${entry.status}</span> ` : "";
  const label = entry
    ? `<a href="${links.html(site.map.path("error", name))}"><code>${escapedCode(name)}</code></a>`
    : code(name);
  return `<li>${status}${label} <span>${escaped(plainText(entry?.title ?? ""))}.</span> ${inline(entry?.remedy)}</li>`;
}
