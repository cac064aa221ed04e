/** A page of prose, written by hand beside the spec. */
export interface Guide {
  /** Its file name without extension and number: `rate-limits`. */
  readonly slug: string;
  /** Its first heading. */
  readonly title: string;
  /** Markdown, without that heading. */
  readonly text: string;
}

/** Guides from their files, in the order of the numbers before their names: `03-pagination.md`. */
export function guidesOf(files: readonly { readonly name: string; readonly text: string }[]): Guide[] {
  return files
    .filter(({ name }) => /\.md$/i.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, text }) => {
      const slug = name.replace(/^\d+[-_.]/, "").replace(/\.md$/i, "");
      const heading = /^#\s+(.+?)\s*#*\s*$/m.exec(text);
      const title = heading?.[1] ?? slug.replaceAll("-", " ").replace(/^./, (first) => first.toUpperCase());
      return { slug, title, text: heading ? text.replace(heading[0], "").trim() : text.trim() };
    });
}
