import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { buildServer, sharedSpec } from "../support/build.js";
import { anyKeywords, compileErrors } from "../support/compile.js";
import { scratchFolder } from "../support/scratch.js";

/** A small API that has one of everything a handler can meet. */
const SPEC = `
openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
servers: [{ url: https://shop.example/v1 }]
x-error-codes:
  order_not_found: { status: 404, title: No such order }
  order_closed: { status: 409, title: Order closed }
  invalid: { status: 422, title: Invalid }
paths:
  /orders/{orderId}:
    parameters: [{ name: orderId, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: fetchOrder
      parameters:
        - { name: view, in: query, schema: { type: string, enum: [short, long], default: short } }
        - { name: tag, in: query, schema: { type: array, items: { type: string } } }
      responses:
        '200':
          description: The order.
          headers: { ETag: { schema: { type: string } } }
          content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } }
        '404': { description: None., x-error-codes: [order_not_found] }
    put:
      operationId: putOrder
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } }
      responses:
        '204': { description: Done. }
        '404': { description: None., x-error-codes: [order_not_found] }
        '409': { description: Closed., x-error-codes: [order_closed] }
        '422': { description: Invalid., x-error-codes: [invalid] }
        '400': { description: Malformed. }
components:
  schemas:
    Order:
      type: object
      additionalProperties: false
      required: [id, title]
      properties:
        id: { type: integer, readOnly: true }
        title: { type: string, minLength: 1 }
        lines: { type: array, items: { $ref: '#/components/schemas/Line' } }
    Line:
      type: object
      additionalProperties: false
      required: [lineId, name]
      properties: { lineId: { type: integer, readOnly: true }, name: { type: string } }
`;

/** Handlers that are as they should be; each case puts one thing wrong. */
const GOOD = `
  function orderOf(id: number, context: Context, fail: Fail<"order_not_found">): Order {
    return context.orders.get(id) ?? fail("order_not_found");
  }
  const handlers: Handlers<Context> = {
    async fetchOrder(request, context) {
      const view: "short" | "long" = request.query.view;
      const tags: string[] | undefined = request.query.tag;
      const body = orderOf(request.path.orderId, context, request.fail);
      return { status: 200, body: { ...body, title: view + tags }, headers: { ETag: "1" } };
    },
    async putOrder(request, context) {
      const { title } = request.body;
      if (title === "closed") throw request.fail("order_closed", "It is closed.");
      if (title === "odd") throw request.fail(400);
      context.orders.set(request.path.orderId, { id: request.path.orderId, title });
      return { status: 204 };
    },
  };
  return createServer(handlers, { context: () => ({ orders: new Map<number, Order>() }) });
`;

const CASES: readonly (readonly [name: string, before: string, after: string, message: RegExp])[] = [
  ["a handler is missing", "async putOrder(", "async putOrders(", /putOrder/],
  ["a body is of another type", "title: view + tags", "title: 5", /number.*not assignable.*string/s],
  ["a body lacks a member", "...body, title: view", "title: view", /'id' is missing/],
  ["a status is not declared", "status: 204", "status: 202", /202.*not assignable.*204/s],
  ["a header is not declared", 'ETag: "1"', 'Etag: "1"', /Etag/],
  ["a code is not declared", '"order_closed"', '"order_close"', /order_close/],
  ["a status is no declared error", "fail(400)", "fail(403)", /403/],
  ["a helper fails in a way the operation cannot", 'Fail<"order_not_found">', 'Fail<"invalid">', /invalid/],
  ["a parameter is not declared", "request.query.tag", "request.query.tags", /'tags' does not exist/],
  ["a parameter is of another type", "orderOf(request.path.orderId", "orderOf(request.url", /string/],
  ["a read-only member is read", "const { title }", "const { id, title }", /'id' does not exist/],
  ["an optional parameter is taken for granted", "string[] | undefined = ", "string[] = ", /undefined/],
];

const HEAD = `import { createServer, type Fail, type Handlers, type Order, type Server } from "./src/index.js";
interface Context { readonly orders: Map<number, Order> }
`;

/** All cases in one module, and the errors of each by its place: a compiler takes seconds to start. */
function errorsByCase(folder: string): string[][] {
  const bodies = [GOOD, ...CASES.map(([, before, after]) => GOOD.replace(before, after))];
  const functions = bodies.map((body, index) => `export function case${index}(): Server {${body}}\n`);
  const height = (functions[0] ?? "").split("\n").length - 1;
  const errors = compileErrors(folder, HEAD + functions.join(""));
  const start = HEAD.split("\n").length;
  return bodies.map((_, index) =>
    errors.filter((error) => {
      const line = Number(/^\/consumer\.ts:(\d+) /.exec(error)?.[1] ?? start);
      return Math.floor((line - start) / height) === index;
    }),
  );
}

let folder = "";

beforeAll(async () => {
  const home = scratchFolder();
  folder = join(home, "package");
  writeFileSync(join(home, "shop.yaml"), SPEC);
  await buildServer(join(home, "shop.yaml"), folder);
});

describe("handlers", () => {
  let errors: string[][] = [];
  beforeAll(() => {
    errors = errorsByCase(folder);
  });

  it("compile when they are as the spec says", () => {
    expect(errors[0]).toEqual([]);
    expect(anyKeywords(folder)).toEqual([]);
  });

  it.each(CASES)("do not compile when %s", (name, before, _, message) => {
    expect(GOOD).toContain(before);
    const index = CASES.findIndex(([other]) => other === name) + 1;
    expect(errors[index]?.join("\n")).toMatch(message);
  });
});

describe("the package", () => {
  interface Module {
    createServer(handlers: object, options: object): (request: Request) => Promise<Response>;
  }

  it("takes back what was fetched, without what only the server sets", async () => {
    const { createServer }: Module = await import(join(folder, "src", "index.ts"));
    const bodies: unknown[] = [];
    const handlers = {
      fetchOrder: async () => ({ status: 200, body: {} }),
      putOrder: async ({ body }: { body: unknown }) => {
        bodies.push(body);
        return { status: 204 };
      },
    };
    const server = createServer(handlers, { context: () => ({}) });
    const put = (body: object) =>
      server(
        new Request("https://shop.example/v1/orders/1", {
          method: "PUT",
          body: JSON.stringify(body),
          headers: { "content-type": "application/json" },
        }),
      );
    const whole = { id: 1, title: "T", lines: [{ lineId: 2, name: "N" }] };
    expect((await put(whole)).status).toBe(204);
    expect(bodies).toEqual([{ title: "T", lines: [{ lineId: 2, name: "N" }] }]);
    const refused = await put({ ...whole, ids: 1 });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      status: 422,
      type: "about:blank",
      detail: "ids: Is not known.",
    });
  });

  it("refuses to start without a handler", async () => {
    const { createServer }: Module = await import(join(folder, "src", "index.ts"));
    expect(() => createServer({ fetchOrder: () => ({}) }, { context: () => ({}) })).toThrow(/putOrder/);
  });

  it("is the same from run to run, and says where it came from", async () => {
    const again = join(folder, "..", "again");
    await buildServer(join(folder, "..", "shop.yaml"), again);
    const files = ["validators/requests.js", "validators/responses.js", "src/contract.ts", "src/handlers.ts"];
    for (const file of files) {
      const text = readFileSync(join(folder, file), "utf8");
      expect(readFileSync(join(again, file), "utf8"), file).toBe(text);
      expect(text).toMatch(/^\/\/ Generated by Specwright from shop\.yaml\. Do not edit\.\n/);
    }
  });
});

// To run these, put the specs of other teams into ../shared/specs, or name their folder in SPECWRIGHT_SPECS.
describe.each(["museum.yaml", "figma.yaml"])("%s", (name) => {
  it.skipIf(!existsSync(sharedSpec(name)))(
    "gives a package that compiles as a whole, and loads",
    async () => {
      const target = join(scratchFolder(), "package");
      await buildServer(sharedSpec(name), target);
      expect(compileErrors(target)).toEqual([]);
      expect(anyKeywords(target)).toEqual([]);
      const { responseValidators }: { responseValidators: object } = await import(
        join(target, "validators", "responses.js")
      );
      expect(Object.keys(responseValidators).length).toBeGreaterThan(5);
    },
  );
});
