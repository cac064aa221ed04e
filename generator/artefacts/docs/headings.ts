import { headingId } from "./site-map.js";

/** A heading of a page and the id that links lead to. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

/** Gives the headings of a page ids, and makes each a link to itself. */
export function linkHeadings(html: string, taken = new Set<string>()): { html: string; headings: Heading[] } {
  const headings: Heading[] = [];
  const linked = html.replace(/<h([2-4])>([\s\S]*?)<\/h\1>/g, (_, level: string, content: string) => {
    const text = content.replace(/<\/?a\b[^<>]*>/g, "");
    const wanted = headingId(text);
    let id = wanted;
    for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
    taken.add(id);
    headings.push({ level: Number(level), id, text: text.replace(/<[^<>]*>/g, "") });
    return `<h${level} id="${id}"><a class="self" href="#${id}">${text}</a></h${level}>`;
  });
  return { html: linked, headings };
}
