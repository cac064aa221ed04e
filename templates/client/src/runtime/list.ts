import type { Api } from "./api.js";
import { Call, send, type Answer } from "./call.js";
import type { ClientError } from "./errors.js";
import { originOf } from "./located.js";
import { own } from "./objects.js";
import type { Operation, Pagination } from "./operation.js";
import type { CallInput, SendOptions } from "./request.js";

/** Where the next page is: other query parameters, or another URL. */
type NextPage = Pick<CallInput, "query" | "url">;

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
  const start = { ...input.query, ...options.query };
  const load = (next: NextPage, isRaw = () => false): Promise<Answer<Page>> => {
    return send(api, operation, { ...input, ...next }, { ...options, query: undefined }, isRaw, origin);
  };
  async function* pages(first: Promise<Answer<Page>>): AsyncGenerator<Page, void, undefined> {
    let at: NextPage | undefined = { query: start };
    // A server that names the same page again would be asked forever.
    const seen = new Set<string>();
    while (at && !seen.has(JSON.stringify(at))) {
      seen.add(JSON.stringify(at));
      const { data, response }: Answer<Page> = await (seen.size === 1 ? first : load(at));
      yield data;
      at = pagination && nextPage(pagination, at.query ?? start, data, response, api.baseUrl);
    }
  }
  // The spec says where the items are and what they are.
  const itemsOf = (page: Page): readonly Item[] =>
    (pagination ? itemsIn(page, pagination) : []) as readonly Item[];
  return new ListCall((isRaw) => load({ query: start }, isRaw), pages, itemsOf);
}

/** Where the page after this one is; undefined: this is the last. */
export function nextPage(
  { style, parameter = "", items, next, more, start }: Pagination,
  query: object,
  page: unknown,
  response: Response,
  baseUrl: string,
): NextPage | undefined {
  if (more !== undefined && !memberAt(page, more)) return undefined;
  const told = next === undefined ? undefined : memberAt(page, next);
  const at = (value: unknown): NextPage => ({ query: { ...query, [parameter]: value } });
  if (style === "link") {
    const link = next === undefined ? linkOf(response.headers.get("link") ?? "") : told;
    return typeof link === "string" && link
      ? { url: new URL(link, response.url || baseUrl).href }
      : undefined;
  }
  if (next !== undefined || style === "cursor")
    return told === undefined || told === null || told === "" ? undefined : at(told);
  const count = itemsIn(page, { items }).length;
  if (count === 0) return undefined;
  const current = Number(own(query, parameter) ?? start ?? (style === "page" ? 1 : 0));
  return at(current + (style === "page" ? 1 : count));
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
