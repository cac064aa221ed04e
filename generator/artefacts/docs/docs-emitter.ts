import { dump } from "js-yaml";

import { objectOf, type JsonObject } from "../../base/json.js";
import { ArtefactError, type EmittedFile } from "../../kit/artefact.js";
import type { Kit } from "../../kit/kit.js";
import type { ApiModel } from "../../model/api-model.js";
import { wordsOf } from "../../model/words.js";
import { guidesOf } from "./guide.js";
import { plainText } from "./html.js";
import { llmsText } from "./llms.js";
import { Navigation } from "./navigation.js";
import { Links, type Page } from "./page.js";
import { withSampleOverrides } from "./sample-overrides.js";
import { searchIndex, searchLibrary } from "./search-index.js";
import { sitePages } from "./site.js";
import { siteContext, type RecordedResponse } from "./site-context.js";

/** What the docs are made of besides the spec. */
interface DocsInputs {
  readonly guides: readonly { readonly name: string; readonly text: string }[];
  /** JSON. */
  readonly responses: string | undefined;
  /** JSON. */
  readonly samples: string | undefined;
}

const ASSETS = ["site.css", "theme.js", "host.js", "site.js"];

/** The site for people, its twin in Markdown for programs, and the bundled spec. */
export function emitDocs(stated: ApiModel, kit: Kit, inputs: DocsInputs): readonly EmittedFile[] {
  const model = withSampleOverrides(titled(stated), jsonOf(inputs.samples, "samples"));
  // Samples use the client that is built beside the docs.
  const client = kit.artefacts.find(({ name }) => name === "client");
  const packageName = String(client?.options["name"] ?? "client");
  const site = siteContext({
    model,
    packageName,
    guides: guidesOf(inputs.guides),
    recorded: recordedOf(inputs.responses),
    render: kit.render,
  });
  const pages = sitePages(site);
  const navigation = new Navigation(site, new Set(pages.map(({ path }) => path)));
  const { document } = kit.spec;
  return [
    ...pages.flatMap((page, index) => [
      rendered(`${page.path}.html`, pageHtml(kit, model, page, pages[index + 1], navigation)),
      { path: `${page.path}.md`, content: `${page.markdown.trim()}\n` },
    ]),
    ...ASSETS.map((name) => rendered(`assets/${name}`, kit.template(name))),
    rendered("assets/search-index.js", searchIndex(pages)),
    rendered("assets/minisearch.js", searchLibrary()),
    { path: "llms.txt", content: llmsText(site, pages) },
    { path: "openapi.json", content: `${JSON.stringify(document, null, 2)}\n` },
    { path: "openapi.yaml", content: dump(document, { noRefs: true, lineWidth: 110 }) },
  ];
}

/** Operations without a summary are called by the words of their ids. */
function titled(model: ApiModel): ApiModel {
  const operations = model.operations.map((operation) => {
    if (operation.summary !== undefined) return operation;
    const words = wordsOf(operation.id).join(" ");
    return {
      ...operation,
      summary: words === "" ? operation.id : words.replace(/^./, (it) => it.toUpperCase()),
    };
  });
  return { ...model, operations };
}

function recordedOf(text: string | undefined): Readonly<Record<string, RecordedResponse>> {
  const entries = Object.entries(jsonOf(text, "responses")).map(([id, value]) => {
    const { status, body } = objectOf(value);
    return [id, { status: Number(status), ...(body === undefined ? {} : { body }) }] as const;
  });
  return Object.fromEntries(entries);
}

/** The contents of a file that an option names. */
function jsonOf(text: string | undefined, option: string): JsonObject {
  try {
    return text === undefined ? {} : objectOf(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = "Correct it, or remove it; the examples of the spec are used then.";
    throw new ArtefactError(`The file of ${option} is no JSON: ${reason}`, remedy, `/${option}`);
  }
}

/** A file that follows from those beside it, and that need not be committed. */
function rendered(path: string, content: string): EmittedFile {
  return { path, content, isRendered: true };
}

function pageHtml(
  kit: Kit,
  model: ApiModel,
  page: Page,
  next: Page | undefined,
  navigation: Navigation,
): string {
  const links = new Links(page.path);
  const title = plainText(page.title + (page.titleSuffix ?? ""));
  return kit.render("page.html.hbs", {
    title: page.path === "index" ? title : `${title} · ${plainText(model.title)}`,
    description: page.description,
    root: links.root,
    markdownUrl: `${page.path.split("/").at(-1) ?? ""}.md`,
    apiTitle: plainText(model.title),
    version: plainText(model.version),
    body: page.body,
    isWide: page.isWide === true,
    navigation: navigation.of(page),
    next: next ? { url: links.html(next.path), title: plainText(next.title) } : null,
  });
}
