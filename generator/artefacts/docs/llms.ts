import { textOf } from "./markdown.js";
import type { Page } from "./page.js";
import type { SiteContext } from "./site-context.js";

/** An index for language models (llmstxt.org): what the API is, and where each subject is told in Markdown. */
export function llmsText(site: SiteContext, pages: readonly Page[]): string {
  const { model, sections, guides, map } = site;
  const paths = new Set(pages.map(({ path }) => path));
  const reference = [
    ["authentication", "Credentials and scopes"],
    ["limits", "Limits and behaviour"],
    ["errors/index", "Error codes"],
    ["events/index", "Events"],
    ["headers", "Response headers"],
    ["schemas/index", "Schemas"],
  ] as const;
  return [
    `# ${textOf(model.title)}`,
    `> ${textOf(model.summary ?? model.description ?? model.title, 300)}`,
    `Base URL: ${model.servers.map(({ url }) => url).join(" or ")}. Package: \`${site.sampleNames.packageName}\`. Contract: [OpenAPI](openapi.json).`,
    guides.length > 0
      ? `## Guides\n\n${guides.map(({ slug, title }) => `- [${title}](${map.path("guide", slug)}.md)`).join("\n")}`
      : "",
    `## Operations\n\nEach operation is at \`operations/<operationId>.md\`.\n\n${sections
      .map(({ name, title, operations }) => {
        const ids = operations.map(({ id }) => id);
        const shown = ids.length > 14 ? [...ids.slice(0, 12), `and ${ids.length - 12} more`] : ids;
        return `- [${title}](${map.path("section", name)}.md)${shown.length > 0 ? `: ${shown.join(", ")}` : ""}`;
      })
      .join("\n")}`,
    `## Reference\n\n${reference
      .filter(([path]) => paths.has(path))
      .map(([path, title]) => `- [${title}](${path}.md)`)
      .join("\n")}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}
