import type { PageKind } from "./site-map.js";

/** One page of the site, in both of its forms. */
export interface Page {
  /** Relative to the root, without its extension. */
  readonly path: string;
  readonly title: string;
  /** What stands behind the title in the browser's, where a page of another kind may have the same. */
  readonly titleSuffix?: string;
  /** One line for search engines and lists. */
  readonly description: string;
  /** The part of the navigation that is unfolded on it. */
  readonly part: string;
  /** HTML of the main part. */
  readonly body: string;
  /** Whether samples stand in a second column. */
  readonly isWide?: boolean;
  /** Markdown of the whole page. */
  readonly markdown: string;
  readonly search: readonly SearchEntry[];
}

/** Something that the search finds. */
export interface SearchEntry {
  /** The page, with a fragment where it is a part of one. */
  readonly url: string;
  readonly title: string;
  readonly kind: PageKind | "page" | "heading" | "header";
  /** Names that a developer would type as they are. */
  readonly names: string;
  readonly text: string;
}

/** Links of one page to others, relative to where it stands, so that the site opens from any folder. */
export class Links {
  /** `../` for each folder that the page is in. */
  readonly root: string;

  constructor(path: string) {
    this.root = "../".repeat(path.split("/").length - 1);
  }

  html(path: string, fragment = ""): string {
    return `${this.root}${path}.html${fragment === "" ? "" : `#${fragment}`}`;
  }

  markdown(path: string): string {
    return `${this.root}${path}.md`;
  }
}
