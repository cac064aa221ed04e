import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { readSpec } from "../../generator/source/read-spec.js";
import { scratchFolder } from "../support/scratch.js";

type Json = Record<string, unknown>;

const query = (name: string, rest: Json = {}): Json => ({
  name,
  in: "query",
  schema: { type: "string" },
  ...rest,
});
const page = {
  type: "object",
  properties: {
    data: { type: "array", items: { type: "object", properties: { id: { type: "string" } } } },
    value: { type: "array", items: { type: "string" } },
    nextLink: { type: "string" },
    meta: { type: "object", properties: { next: { type: "string" } } },
  },
};

/** What is read of an operation, with a document around it. */
async function read(operation: Json, rest: Json = {}) {
  const file = join(scratchFolder(), "openapi.json");
  const responses = { 200: { description: "ok", content: { "application/json": { schema: page } } } };
  const parameters = [query("cursor"), query("page"), query("offset"), query("limit")];
  const spec = {
    openapi: "3.1.0",
    info: { title: "T", version: "1" },
    paths: { "/things": { get: { operationId: "listThings", parameters, responses, ...operation } } },
    ...rest,
  };
  writeFileSync(file, JSON.stringify(spec));
  const { document, adopted, findings } = await readSpec(file);
  return { document, operation: Object(document)["paths"]["/things"].get, adopted, findings };
}

describe("pagination as others say it", () => {
  // The forms are those of each tool's own documentation.
  const forms: [extension: string, stated: unknown, want: Json][] = [
    [
      "x-speakeasy-pagination",
      {
        type: "cursor",
        inputs: [{ name: "cursor", in: "parameters", type: "cursor" }],
        outputs: { results: "$.data", nextCursor: "$.data[-1].id" },
      },
      { style: "cursor", cursorParameter: "cursor", items: "/data", next: "/data/-1/id" },
    ],
    [
      "x-speakeasy-pagination",
      {
        type: "offsetLimit",
        inputs: [
          { name: "page", in: "parameters", type: "page" },
          { name: "limit", in: "parameters", type: "limit" },
        ],
        outputs: { results: "$.data" },
      },
      { style: "page", pageParameter: "page", limitParameter: "limit", items: "/data" },
    ],
    [
      "x-speakeasy-pagination",
      { type: "url", outputs: { nextUrl: "$.nextLink", results: "$.data" } },
      { style: "link", items: "/data", next: "/nextLink" },
    ],
    [
      "x-fern-pagination",
      { cursor: "$request.cursor", next_cursor: "$response.meta.next", results: "$response.data" },
      { style: "cursor", cursorParameter: "cursor", items: "/data", next: "/meta/next" },
    ],
    [
      "x-fern-pagination",
      { offset: "$request.page", results: "$response.data" },
      { style: "page", pageParameter: "page", items: "/data" },
    ],
    ["x-ms-pageable", { nextLinkName: "nextLink" }, { style: "link", items: "/value", next: "/nextLink" }],
    [
      "x-redocly-pagination",
      { style: "offset", offsetParam: "offset", items: "/data" },
      { style: "offset", offsetParameter: "offset", items: "/data" },
    ],
  ];
  it.each(forms)("%s %j", async (extension, stated, want) => {
    const { operation, adopted, findings } = await read({ [extension]: stated });
    expect(operation["x-pagination"]).toEqual(want);
    expect(adopted).toEqual([{ extension, count: 1 }]);
    expect(findings).toEqual([]);
  });

  it("by Stainless's purposes", async () => {
    const { operation } = await read({
      parameters: [query("after", { "x-stainless-pagination-property": { purpose: "next_cursor_param" } })],
      responses: {
        200: {
          description: "ok",
          content: {
            "application/json": {
              schema: {
                type: "object",
                properties: {
                  items: {
                    type: "array",
                    items: {},
                    "x-stainless-pagination-property": { purpose: "items" },
                  },
                  last: {
                    type: "string",
                    "x-stainless-pagination-property": { purpose: "next_cursor_field" },
                  },
                },
              },
            },
          },
        },
      },
    });
    expect(operation["x-pagination"]).toEqual({
      style: "cursor",
      cursorParameter: "after",
      items: "/items",
      next: "/last",
    });
  });

  it("that leads nowhere is told and not taken over", async () => {
    const { operation, findings } = await read({
      "x-ms-pageable": { nextLinkName: "nowhere", itemName: "value" },
    });
    expect(operation["x-pagination"]).toBeUndefined();
    expect(findings).toMatchObject([
      { severity: "warning", rule: "foreign-extension", message: expect.stringContaining("nowhere") },
    ]);
  });

  it("gives way to ours, and a null next link is no pagination", async () => {
    const ours = { style: "link", items: "/data" };
    expect(
      (await read({ "x-pagination": ours, "x-ms-pageable": { nextLinkName: "nextLink" } })).operation[
        "x-pagination"
      ],
    ).toEqual(ours);
    expect(await read({ "x-ms-pageable": { nextLinkName: null } })).toMatchObject({
      findings: [],
      adopted: [],
    });
  });
});

describe("what else others say", () => {
  it("becomes names, retries, idempotency and open enums", async () => {
    const { operation, document, adopted } = await read(
      {
        "x-speakeasy-name-override": "list_all",
        "x-fern-sdk-group-name": ["teams", "members"],
        "x-fern-retries": { disabled: true },
      },
      {
        "x-speakeasy-retries": {
          strategy: "backoff",
          backoff: { initialInterval: 500, maxInterval: 60_000, maxElapsedTime: 3_600_000, exponent: 1.5 },
          statusCodes: ["5XX", 429],
          retryConnectionErrors: true,
        },
        components: {
          schemas: {
            A: { type: "string", enum: ["a"], "x-speakeasy-unknown-values": "allow" },
            B: { type: "string", enum: ["b"], "x-ms-enum": { name: "B", modelAsString: true } },
            C: { type: "string", "x-extensible-enum": ["c"] },
          },
        },
      },
    );
    expect(operation).toMatchObject({
      "x-method": "listAll",
      "x-resource": "teams.members",
      "x-retry": false,
    });
    expect(document["x-retry"]).toEqual({
      statuses: [500, 502, 503, 504, 429],
      backoff: { initial: "PT0.5S", max: "PT60S", factor: 1.5 },
    });
    const { A, B, C } = Object(document)["components"].schemas;
    expect([A["x-open-enum"], B["x-open-enum"], C]).toEqual([
      true,
      true,
      { type: "string", "x-extensible-enum": ["c"], enum: ["c"], "x-open-enum": true },
    ]);
    expect(adopted.map(({ extension }) => extension)).toHaveLength(7);
  });

  it("takes Fern's idempotency with the header of the root", async () => {
    const file = join(scratchFolder(), "o.json");
    const operation = { operationId: "create", responses: {}, "x-fern-idempotent": true };
    writeFileSync(
      file,
      JSON.stringify({
        openapi: "3.1.0",
        info: {},
        "x-fern-idempotency-headers": [{ header: "Idempotency-Key", name: "key" }],
        paths: { "/a": { post: operation } },
      }),
    );
    const { document } = await readSpec(file);
    expect(Object(document)["paths"]["/a"].post["x-idempotency"]).toEqual({ header: "Idempotency-Key" });
  });
});
