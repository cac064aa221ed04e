import { dump } from "js-yaml";

import type { ApiModel } from "../../model/api-model.js";
import type { EmitOptions, EmittedFile, Emitter } from "../../kit/emitter.js";
import { render, templateText } from "../../kit/templates.js";
import { chooseNames } from "../../kit/typescript/names.js";
import { guidesOf } from "./guide.js";
import { plainText } from "./html.js";
import { llmsText } from "./llms.js";
import { Navigation } from "./navigation.js";
import { Links, type Page } from "./page.js";
import { searchIndex, searchLibrary } from "./search-index.js";
import { sitePages } from "./site.js";
import { siteContext } from "./site-context.js";

const ASSETS = ["site.css", "theme.js", "host.js", "site.js"];

/** The site for people, its twin in Markdown for programs, and the bundled spec. */
export const docsEmitter: Emitter = {
  name: "docs",
  emit(model: ApiModel, options: EmitOptions): readonly EmittedFile[] {
    const names = chooseNames(model, options.packageName);
    const { guides = [], recorded = {} } = options.docs ?? {};
    const site = siteContext(model, names, options.packageName, guidesOf(guides), recorded);
    const pages = sitePages(site);
    const navigation = new Navigation(site, new Set(pages.map(({ path }) => path)));
    return [
      ...pages.flatMap((page, index) => [
        rendered(`${page.path}.html`, pageHtml(model, page, pages[index + 1], navigation)),
        { path: `${page.path}.md`, content: `${page.markdown.trim()}\n`, format: false },
      ]),
      ...ASSETS.map((name) => rendered(`assets/${name}`, templateText(`docs/${name}`))),
      rendered("assets/search-index.js", searchIndex(pages)),
      rendered("assets/minisearch.js", searchLibrary()),
      { path: "llms.txt", content: llmsText(site, pages), format: false },
      { path: "openapi.json", content: `${JSON.stringify(options.document, null, 2)}\n`, format: false },
      {
        path: "openapi.yaml",
        content: dump(options.document, { noRefs: true, lineWidth: 110 }),
        format: false,
      },
    ];
  },
};

/** A file that follows from those beside it, and that need not be committed. */
function rendered(path: string, content: string): EmittedFile {
  return { path, content, format: false, isRendered: true };
}

function pageHtml(model: ApiModel, page: Page, next: Page | undefined, navigation: Navigation): string {
  const links = new Links(page.path);
  const title = plainText(page.title);
  return render("docs/page.html.hbs", {
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
