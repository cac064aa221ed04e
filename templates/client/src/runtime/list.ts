import type { Api } from "./api.js";
import { Call, send, type Answer } from "./call.js";
import { RequestError, type ClientError } from "./errors.js";
import { originOf } from "./located.js";
import { own } from "./objects.js";
import type { Operation, Pagination } from "./operation.js";
import type { CallInput, SendOptions } from "./request.js";

/** Where the next page is: other query parameters, another body, or another URL. */
type NextPage = Pick<CallInput, "query" | "body" | "url">;

/**
 * A list: a promise of its first page, and an iterator over the items of all pages. A page is fetched when the loop
 * gets to it; the first is fetched once, however it is read. A page tells where the next one begins, in the member that
 * the API has for it: who keeps that can list on from there later, by the same query with that cursor.
 */
export class ListCall<Page, Item, E = ClientError> extends Call<Page, E> implements AsyncIterable<Item> {
  readonly #pages: (first: Promise<Answer<Page>>) => AsyncGenerator<Page, void, undefined>;
  readonly #itemsOf: (page: Page) => readonly Item[];

  constructor(
    first: (isRaw: () => boolean) => Promise<Answer<Page>>,
    pages: (first: Promise<Answer<Page>>) => AsyncGenerator<Page, void, undefined>,
    itemsOf: (page: Page) => readonly Item[],
  ) {
    super(first);
    this.#pages = pages;
    this.#itemsOf = itemsOf;
  }

  /** Page after page. */
  pages(): AsyncGenerator<Page, void, undefined> {
    return this.#pages(this.withResponse());
  }

  /** All items, of as many pages as it takes; with a limit, no more than that. */
  async all({ limit = Infinity }: { readonly limit?: number } = {}): Promise<Item[]> {
    if (!(limit >= 0)) {
      this.catch(() => {}); // the call itself is under way; its failure is not what is reported
      throw new RequestError("limit must be 0 or more");
    }
    const items: Item[] = [];
    if (limit > 0) {
      for await (const item of this) if (items.push(item) >= limit) break;
    }
    return items;
  }

  /** Item after item, over all pages. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* this.#itemsOf(page);
  }
}

/** Calls an operation that answers in pages. */
export function list<Page, Item, E>(
  api: Api,
  operation: Operation,
  input: CallInput,
  options: SendOptions = {},
): ListCall<Page, Item, E> {
  const { pagination } = operation;
  const origin = originOf(list);
  const isInBody = pagination?.in === "body";
  const query = { ...input.query, ...options.query };
  const start: NextPage = isInBody ? { query, body: input.body } : { query };
  const load = (next: NextPage, isRaw = () => false): Promise<Answer<Page>> => {
    return send(api, operation, { ...input, ...next }, { ...options, query: undefined }, isRaw, origin);
  };
  async function* pages(first: Promise<Answer<Page>>): AsyncGenerator<Page, void, undefined> {
    let at: NextPage | undefined = start;
    // A server that names the same page again would be asked forever.
    const seen = new Set<string>();
    let count = 0;
    while (at && !seen.has(JSON.stringify(at))) {
      seen.add(JSON.stringify(at));
      const answer: Answer<Page> | undefined = await (seen.size === 1 ? first : load(at).catch(endOf));
      if (!answer) return;
      yield answer.data;
      count += itemsOf(answer.data).length;
      at = pagination && nextPage(pagination, at, answer.data, answer.response, api.baseUrl, count);
    }
  }
  // The page after the last one is missing: some servers say so by a status.
  function endOf(error: unknown): undefined {
    if (!pagination?.endStatus || own(error, "status") !== pagination.endStatus) throw error;
  }
  // The spec says where the items are and what they are.
  const itemsOf = (page: Page): readonly Item[] =>
    (pagination ? itemsIn(page, pagination) : []) as readonly Item[];
  return new ListCall((isRaw) => load(start, isRaw), pages, itemsOf);
}

/** Where the page after this one is; undefined: this is the last. */
export function nextPage(
  { style, parameter = "", in: place = "query", items, next, more, start, total, totalPages }: Pagination,
  page: NextPage,
  data: unknown,
  response: Response,
  baseUrl: string,
  itemsSoFar = 0,
): NextPage | undefined {
  const read = (where: string | undefined): unknown =>
    where?.startsWith("header:") ? response.headers.get(where.slice(7)) : where && memberAt(data, where);
  if (more !== undefined && !read(more)) return undefined;
  const told = read(next);
  // What led here by a link has its parameters in the link.
  const asked = page[place] ?? {};
  const at = (value: unknown): NextPage => ({ ...page, [place]: { ...asked, [parameter]: value } });
  if (style === "link") {
    const link = next === undefined ? linkOf(response.headers.get("link") ?? "") : told;
    return typeof link === "string" && link
      ? { url: new URL(link, response.url || baseUrl).href }
      : undefined;
  }
  if (next !== undefined || style === "cursor")
    return told === undefined || told === null || told === "" ? undefined : at(told);
  const count = itemsIn(data, { items }).length;
  if (count === 0) return undefined;
  const first = start ?? (style === "page" ? 1 : 0);
  const current = Number(own(asked, parameter) ?? first);
  const following = current + (style === "page" ? 1 : count);
  // Absent totals are no numbers, which no comparison holds for.
  if (totalPages !== undefined && following - first >= Number(read(totalPages) ?? NaN)) return undefined;
  const reached = style === "offset" ? following : itemsSoFar;
  if (total !== undefined && reached >= Number(read(total) ?? NaN)) return undefined;
  return at(following);
}

/** The target of the link with the relation `next` (RFC 8288). */
function linkOf(header: string): string | undefined {
  const link = header.split(/,(?=\s*<)/).find((part) => /;\s*rel="?([^";]*\s)?next(\s|"|;|$)/i.test(part));
  return link && /<([^>]*)>/.exec(link)?.[1];
}

function itemsIn(page: unknown, { items }: Pick<Pagination, "items">): readonly unknown[] {
  const found = memberAt(page, items);
  return Array.isArray(found) ? found : [];
}

/** The member that a JSON Pointer names (RFC 6901); `-1` is an array's last index. */
function memberAt(value: unknown, pointer: string): unknown {
  const steps = pointer.split("/").slice(1);
  return steps.reduce((holder: unknown, step) => {
    if (Array.isArray(holder) && step === "-1") return holder.at(-1);
    return own(holder, step.replace(/~1/g, "/").replace(/~0/g, "~"));
  }, value);
}
