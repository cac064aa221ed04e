import type { Content, Operation } from "../../model/api-model.js";
import { givenParameters } from "./content-html.js";
import { factsOf } from "./facts.js";
import { plainText } from "./html.js";
import { textOf } from "./markdown.js";
import type { Links } from "./page.js";
import { fenced, SchemaMarkdown } from "./schema-markdown.js";
import type { SiteContext } from "./site-context.js";

/** The longest description that is told in full. */
const DESCRIPTION = 900;
/** The longest sample, in characters, that stands in this short form. */
const SAMPLE = 900;
/** Lists of members that are longer are told by names and types alone. */
const LONG_LIST = 1500;

/** The page of an operation for programs: all that a call needs, in some hundred words. */
export function operationMarkdown(site: SiteContext, operation: Operation, links: Links): string {
  const schemas = new SchemaMarkdown(site.trees, (name) => links.markdown(site.map.path("schema", name)));
  const description = operation.description ?? "";
  return [
    `# ${plainText(operation.summary ?? operation.id)}`,
    `\`${operation.method} ${operation.path}\`${operation.deprecated ? " (deprecated)" : ""}`,
    description.length <= DESCRIPTION ? plainText(description) : textOf(description, DESCRIPTION),
    factsOf(site.model, operation)
      .map(({ label, text }) => `- ${label}: ${text}`)
      .join("\n"),
    parameterList(schemas, operation),
    bodyText(schemas, operation),
    responseText(schemas, operation),
    errorText(site, operation, links),
    sampleText(site, operation),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function parameterList(schemas: SchemaMarkdown, operation: Operation): string {
  const lines = (isBrief: boolean): string =>
    givenParameters(operation)
      .map(({ name, in: place, schema, required, description }) => {
        return schemas.line(`\`${name}\` (${place})`, schema, required, { isBrief }, "", description);
      })
      .join("\n");
  const full = lines(false);
  return full === "" ? "" : `## Parameters\n\n${full.length <= LONG_LIST ? full : lines(true)}`;
}

function bodyText(schemas: SchemaMarkdown, { body }: Operation): string {
  const [content] = body?.contents ?? [];
  if (!body || !content) return "";
  return `## Body\n\n${body.required ? "" : "Optional. "}${contentText(schemas, content, false)}`;
}

function contentText(schemas: SchemaMarkdown, content: Content, isBrief: boolean): string {
  const lines = schemas.list(content.schema, { isBrief }).join("\n");
  const list =
    lines.length <= LONG_LIST || isBrief ? lines : schemas.list(content.schema, { isBrief: true }).join("\n");
  const shown = list.length <= LONG_LIST * 1.2 ? list : "";
  return `${schemas.type(content.schema)} as \`${content.mediaType}\`${shown === "" ? "" : `\n\n${shown}`}`;
}

function responseText(schemas: SchemaMarkdown, { responses }: Operation): string {
  const successes = responses.filter(({ status }) => !/^[45]|default/.test(status));
  const parts = successes.map(({ status, description, contents: [content], headers }) => {
    const said = textOf(description, 160);
    const names =
      headers.length > 0 ? ` Headers: ${headers.map(({ name }) => `\`${name}\``).join(", ")}.` : "";
    const what = content ? `\n\n${contentText(schemas, content, true)}` : "";
    return `### ${status}\n\n${said}${names}${what}`;
  });
  return parts.length === 0 ? "" : `## Responses\n\n${parts.join("\n\n")}`;
}

function errorText(site: SiteContext, { responses }: Operation, links: Links): string {
  const errors = responses.filter(({ status }) => /^[45]|default/.test(status));
  if (errors.length === 0) return "";
  const codes = [...new Set(errors.flatMap(({ errorCodes }) => errorCodes))];
  const told =
    codes.length === 0
      ? errors.map(({ status, description }) => `${status} ${textOf(description, 80)}`)
      : codes.map((name) => `\`${name}\` ${site.catalogue.get(name)?.status ?? ""}`.trim());
  const more = codes.length === 0 ? "" : ` Remedies: [all codes](${links.markdown("errors/index")}).`;
  return `## Errors\n\n${told.join("; ")}.${more}`;
}

function sampleText(site: SiteContext, operation: Operation): string {
  const samples = [
    fenced(site.samples.curl(operation), "sh"),
    fenced(site.samples.typescript(operation), "ts"),
  ];
  const short = samples.filter((text) => text.length <= SAMPLE);
  return short.length === 0 ? "" : `## Samples\n\n${short.join("\n\n")}`;
}
