import { getEventListeners } from "node:events";

import { describe, expect, test } from "vitest";
import { json as encodeJson } from "../../../templates/client/src/runtime/body.js";
import { isApiError } from "../../../templates/client/src/runtime/errors.js";
import { list, type ListCall } from "../../../templates/client/src/runtime/list.js";
import type { Pagination } from "../../../templates/client/src/runtime/operation.js";
import { apiFor, json, operation, serve, type TestServer } from "../../support/api-server.js";

interface Page {
  readonly items: readonly number[];
  readonly next?: string | null;
}

const cursor: Pagination = { style: "cursor", parameter: "cursor", items: "/items", next: "/next" };

function listOf(server: TestServer, pagination: Pagination, query: object = {}): ListCall<Page, number> {
  return list<Page, number, never>(apiFor(server.url), operation({ pagination }), { query });
}

/** A server whose pages are named by a query parameter. */
function paged(pages: Readonly<Record<string, unknown>>, parameter = "cursor"): Promise<TestServer> {
  return serve((request, response) => {
    const key = new URL(request.url, "http://x").searchParams.get(parameter) ?? "";
    json(response, key in pages ? 200 : 404, pages[key] ?? {});
  });
}

const pages = {
  "": { items: [1, 2], next: "a" },
  a: { items: [], next: "b" },
  b: { items: [3], next: null },
};

async function all(items: AsyncIterable<number>): Promise<number[]> {
  const seen: number[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

describe("a list", () => {
  test("is a promise of its first page", async () => {
    const server = await paged(pages);
    expect(await listOf(server, cursor)).toEqual(pages[""]);
    expect(server.received).toHaveLength(1);
  });

  test("iterates over all items, past an empty page, with the other parameters kept", async () => {
    const server = await paged(pages);
    expect(await all(listOf(server, cursor, { limit: 2 }))).toEqual([1, 2, 3]);
    expect(server.received.map(({ url }) => url)).toEqual([
      "/things?limit=2",
      "/things?limit=2&cursor=a",
      "/things?limit=2&cursor=b",
    ]);
  });

  test("fetches the first page once, however it is read", async () => {
    const server = await paged(pages);
    const call = listOf(server, cursor);
    const first = await call;
    const read: Page[] = [];
    for await (const page of call.pages()) read.push(page);
    expect(read[0]).toBe(first);
    expect(server.received).toHaveLength(3);
  });

  test("goes on from a cursor", async () => {
    expect(await all(listOf(await paged(pages), cursor, { cursor: "b" }))).toEqual([3]);
  });

  test("goes on later from where it stopped: a page tells the cursor of the next", async () => {
    const server = await paged(pages);
    let saved: string | null | undefined;
    for await (const page of listOf(server, cursor).pages()) {
      saved = page.next;
      break;
    }
    const later: Page[] = [];
    for await (const page of listOf(server, cursor, { cursor: saved }).pages()) later.push(page);
    expect(later).toEqual([pages.a, pages.b]);
    expect(server.received.map(({ url }) => url)).toEqual([
      "/things",
      "/things?cursor=a",
      "/things?cursor=b",
    ]);
  });

  test("waits for a slow reader: a page is fetched when the last item of the one before is taken", async () => {
    const server = await paged(pages);
    const iterator = listOf(server, cursor)[Symbol.asyncIterator]();
    for (const [value, fetched] of [
      [1, 1],
      [2, 1],
    ] as const) {
      expect((await iterator.next()).value).toBe(value);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(server.received).toHaveLength(fetched);
    }
    expect((await iterator.next()).value).toBe(3);
    expect(server.received).toHaveLength(3);
  });

  test("ends when the reader fails or returns, and is not read on", async () => {
    const server = await paged(pages);
    const iterator = listOf(server, cursor)[Symbol.asyncIterator]();
    await iterator.next();
    expect(await iterator.return()).toEqual({ done: true, value: undefined });
    expect((await iterator.next()).done).toBe(true);
    const reading = (async () => {
      for await (const item of listOf(server, cursor)) throw new Error(`enough of ${item}`);
    })();
    await expect(reading).rejects.toThrow("enough of 1");
    expect(server.received).toHaveLength(2);
  });

  test("stops between pages when the signal ends", async () => {
    const server = await paged(pages);
    const controller = new AbortController();
    const api = apiFor(server.url);
    const call = list<Page, number, never>(
      api,
      operation({ pagination: cursor }),
      {},
      { signal: controller.signal },
    );
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of call) {
        seen.push(item);
        if (item === 2) controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "aborted" });
    expect(seen).toEqual([1, 2]);
    expect(server.received).toHaveLength(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("fetches no page that nobody asks for", async () => {
    const server = await paged(pages);
    for await (const item of listOf(server, cursor)) if (item === 1) break;
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ["itself", { "": { items: [1], next: "a" }, a: { items: [2], next: "a" } }, [1, 2]],
    [
      "one before",
      { "": { items: [1], next: "a" }, a: { items: [2], next: "b" }, b: { items: [3], next: "a" } },
      [1, 2, 3],
    ],
  ])("ends when a page names %s", async (_name, circle, items) => {
    expect(await all(listOf(await paged(circle), cursor))).toEqual(items);
  });

  test("ends when it began in the circle", async () => {
    const server = await paged({ a: { items: [1], next: "a" } });
    expect(await all(listOf(server, cursor, { cursor: "a" }))).toEqual([1]);
    expect(server.received).toHaveLength(1);
  });

  test("goes on from the query in the options, where there is a body too", async () => {
    const server = await paged(pages);
    const search = operation({ method: "POST", pagination: cursor });
    const call = list<Page, number, never>(apiFor(server.url), search, {}, { query: { cursor: "a" } });
    expect(await all(call)).toEqual([3]);
  });

  test("answers parallel calls of next() in order, without a second fetch", async () => {
    const server = await paged(pages);
    const iterator = listOf(server, cursor)[Symbol.asyncIterator]();
    const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(results.map(({ value }) => value)).toEqual([1, 2, 3, undefined]);
    expect(server.received).toHaveLength(3);
  });

  test("fails where a page does", async () => {
    const server = await paged({ "": { items: [1], next: "gone" } });
    const seen: number[] = [];
    const error: unknown = await (async () => {
      for await (const item of listOf(server, cursor)) seen.push(item);
    })().catch((reason: unknown) => reason);
    expect(seen).toEqual([1]);
    expect(isApiError(error) && error.status).toBe(404);
  });

  test("follows the last item's id while there is more", async () => {
    const server = await paged(
      {
        "": { data: [{ id: "x" }, { id: "y" }], has_more: true },
        y: { data: [{ id: "z" }], has_more: false },
      },
      "starting_after",
    );
    const style: Pagination = {
      style: "cursor",
      parameter: "starting_after",
      items: "/data",
      next: "/data/-1/id",
      more: "/has_more",
    };
    expect(await all(listOf(server, style))).toEqual([{ id: "x" }, { id: "y" }, { id: "z" }]);
  });

  test("counts pages from 1, or from where the caller or the API begins, until one is empty", async () => {
    const counted: Pagination = { style: "page", parameter: "page", items: "" };
    const numbered = { "": [1], 1: [0, 1], 2: [2], 3: [] };
    expect(await all(listOf(await paged(numbered, "page"), counted))).toEqual([1, 2]);
    expect(await all(listOf(await paged(numbered, "page"), counted, { page: 1 }))).toEqual([0, 1, 2]);
    expect(
      await all(listOf(await paged({ "": [0], 1: [1], 2: [] }, "page"), { ...counted, start: 0 })),
    ).toEqual([0, 1]);
  });

  test("adds up offsets", async () => {
    const offset: Pagination = { style: "offset", parameter: "offset", items: "/items" };
    const server = await paged({ "": { items: [1, 2] }, 2: { items: [3] }, 3: { items: [] } }, "offset");
    expect(await all(listOf(server, offset))).toEqual([1, 2, 3]);
  });

  test("follows links in the header, and in the body, but not to another origin", async () => {
    const server = await serve((request, response) => {
      if (request.url === "/things")
        json(response, 200, [1], { link: '</p/2>; rel="prev", </p/2?a=1,2>; title="x"; rel="last next"' });
      else json(response, 200, [2], { link: '</things>; rel="first"' });
    });
    expect(await all(listOf(server, { style: "link", items: "" }))).toEqual([1, 2]);
    expect(server.received[1]?.url).toBe("/p/2?a=1,2");
    const elsewhere = await serve((_request, response) =>
      json(response, 200, { items: [1], next: "https://evil.test/" }),
    );
    await expect(all(listOf(elsewhere, { style: "link", items: "/items", next: "/next" }))).rejects.toThrow(
      "leads to https://evil.test",
    );
  });

  test("of something else has no items", async () => {
    for (const page of [{ items: "no" }, { items: { length: 1 } }, [], null]) {
      expect(await all(listOf(await paged({ "": page }), cursor))).toEqual([]);
    }
  });
});

describe("a list of the less usual kinds", () => {
  const urls = (server: TestServer): string[] => server.received.map(({ url }) => url);

  test("by POST has the cursor in its body", async () => {
    const server = await serve(({ body }, response) => {
      const { start_cursor: at } = JSON.parse(body.toString()) as { start_cursor?: string };
      json(response, 200, at ? { items: [3], next: null } : { items: [1, 2], next: "C1" });
    });
    const search = operation({
      method: "POST",
      body: { "application/json": encodeJson },
      pagination: { ...cursor, parameter: "start_cursor", in: "body" },
    });
    const found = list<Page, number, never>(apiFor(server.url), search, { body: { q: "z" } });
    expect(await all(found)).toEqual([1, 2, 3]);
    expect(server.received.map(({ url, body }) => `${url} ${body.toString()}`)).toEqual([
      '/things {"q":"z"}',
      '/things {"q":"z","start_cursor":"C1"}',
    ]);
  });

  test("counts its pages from 0 where they begin there", async () => {
    const server = await paged({ "": { items: [1] }, 1: { items: [2] }, 2: { items: [] } }, "page");
    const found = listOf(server, { style: "page", parameter: "page", items: "/items", start: 0 });
    expect(await all(found)).toEqual([1, 2]);
    expect(urls(server)).toEqual(["/things", "/things?page=1", "/things?page=2"]);
  });

  test.each<[what: string, pagination: Partial<Pagination>, body: object, headers: Record<string, string>]>([
    ["a number of pages", { totalPages: "/pages" }, { pages: 2 }, {}],
    ["a number of pages in a header", { totalPages: "header:X-Pages" }, {}, { "x-pages": "2" }],
    ["a number of items", { total: "/total" }, { total: 2 }, {}],
  ])("asks for no page beyond %s", async (_what, pagination, body, headers) => {
    const server = await serve((_request, response) => json(response, 200, { items: [1], ...body }, headers));
    const found = listOf(server, { style: "page", parameter: "page", items: "/items", ...pagination });
    expect(await all(found)).toEqual([1, 1]);
    expect(server.received).toHaveLength(2);
  });

  test("follows a cursor in a header", async () => {
    const server = await serve(({ url }, response) =>
      json(response, 200, { items: [1] }, url.includes("cursor") ? {} : { "x-next": "a" }),
    );
    expect(await all(listOf(server, { ...cursor, next: "header:X-Next" }))).toEqual([1, 1]);
    expect(urls(server)).toEqual(["/things", "/things?cursor=a"]);
  });

  test("ends with the status of a page after the last one, where the spec says so", async () => {
    const byPage: Pagination = { style: "page", parameter: "page", items: "/items" };
    const server = await paged({ "": { items: [1] }, 2: { items: [2] } }, "page");
    expect(await all(listOf(server, { ...byPage, endStatus: 404 }))).toEqual([1, 2]);
    await expect(all(listOf(server, byPage))).rejects.toMatchObject({ status: 404 });
  });

  test("gives all of its items, or so many, in an array", async () => {
    const server = await paged(pages);
    expect(await listOf(server, cursor).all()).toEqual([1, 2, 3]);
    expect(await listOf(server, cursor).all({ limit: 2 })).toEqual([1, 2]);
    expect(server.received).toHaveLength(4);
    await expect(listOf(server, cursor).all({ limit: NaN })).rejects.toThrow("limit must be 0 or more");
  });
});
