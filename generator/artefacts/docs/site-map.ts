import type { ApiModel } from "../../model/api-model.js";
import { wordsOf } from "../../model/words.js";
import type { Guide } from "./guide.js";

/** The kinds of pages that a name leads to. */
export type PageKind = "operation" | "schema" | "error" | "event" | "section" | "guide";

const FOLDERS: Readonly<Record<PageKind, string>> = {
  operation: "operations",
  schema: "schemas",
  error: "errors",
  event: "events",
  section: "resources",
  guide: "guides",
};

/** Where each page of a site is, without its extension and relative to the root: `operations/createTask`. */
export class SiteMap {
  readonly #paths = new Map<string, string>();

  constructor(model: ApiModel, sections: readonly string[], guides: readonly Guide[]) {
    const names: readonly (readonly [PageKind, readonly string[]])[] = [
      ["operation", model.operations.map(({ id }) => id)],
      ["schema", model.schemas.map(({ name }) => name)],
      ["error", model.errorCodes.map(({ code }) => code)],
      ["event", model.webhooks.map(({ name }) => name)],
      ["section", sections],
      ["guide", guides.map(({ slug }) => slug)],
    ];
    for (const [kind, list] of names) this.#add(kind, list);
  }

  #add(kind: PageKind, names: readonly string[]): void {
    // Names that differ only where a file system sees no difference get a number.
    const taken = new Set(["index"]);
    for (const name of names) {
      const wanted = slugOf(kind === "section" ? wordsOf(name).join("-") || name : name);
      let slug = wanted;
      for (let count = 2; taken.has(slug.toLowerCase()); count += 1) slug = `${wanted}-${count}`;
      taken.add(slug.toLowerCase());
      this.#paths.set(`${kind} ${name}`, `${FOLDERS[kind]}/${slug}`);
    }
  }

  path(kind: PageKind, name: string): string {
    return this.#paths.get(`${kind} ${name}`) ?? `${FOLDERS[kind]}/${slugOf(name)}`;
  }

  has(kind: PageKind, name: string): boolean {
    return this.#paths.has(`${kind} ${name}`);
  }
}

/** A name as part of a file name and an address, readable and safe on every system. */
export function slugOf(name: string): string {
  const slug = name
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 100);
  return slug === "" || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(slug) ? `x-${slug || "page"}` : slug;
}

/** The id of a heading, made of its text as readers would write it. */
export function headingId(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/<[^<>]*>|&[a-z]+;/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return plain === "" ? "section" : plain;
}
