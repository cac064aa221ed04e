import { describe, expect, it } from "vitest";

import { clientOf, collected, serverOf, specOf } from "./world.js";

const ok = (content: object) => ({ 200: { description: "ok", content } });
const body = (content: object) => ({ required: true, content });
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0xff]);

describe("files of OpenAPI 3.1 (3.1.1, 4.4.3 and 4.8.14.2)", () => {
  const png = { "image/png": { schema: { contentMediaType: "image/png" } } };
  const spec = specOf({
    "/image": {
      get: { operationId: "getImage", tags: ["a"], responses: ok(png) },
      put: {
        operationId: "putImage",
        tags: ["a"],
        requestBody: body({ ...png, "image/gif": {} }),
        responses: ok({ "application/json": {} }),
      },
    },
    "/form": {
      post: {
        operationId: "sendForm",
        tags: ["a"],
        requestBody: body({
          "multipart/form-data": {
            schema: {
              type: "object",
              properties: {
                id: { type: "string" },
                file: {},
                photos: { type: "array", items: {} },
                meta: {},
              },
            },
            encoding: { photos: { contentType: "image/png" }, meta: { contentType: "application/json" } },
          },
        }),
        responses: { 204: { description: "Done." } },
      },
    },
    "/json": {
      post: {
        operationId: "sendRaw",
        tags: ["a"],
        requestBody: body({ "application/json": { schema: { type: "string", format: "binary" } } }),
        responses: { 204: { description: "Done." } },
      },
    },
  });

  it("go out and come back as bytes", async () => {
    const { call, sent } = await clientOf(spec, ({ method }) =>
      method === "GET"
        ? new Response(PNG, { headers: { "content-type": "image/png" } })
        : method === "PUT"
          ? Response.json({})
          : new Response(null, { status: 204 }),
    );
    const image = await call("getImage");
    expect(new Uint8Array(await (image as Blob).arrayBuffer())).toEqual(PNG);
    await call("putImage", new Blob(["GIF89a"], { type: "image/gif" }));
    expect([sent[1]?.body, sent[1]?.headers.get("content-type")]).toEqual(["GIF89a", "image/gif"]);
    await call("sendForm", {
      id: "1",
      file: new Blob(["DATA"]),
      photos: [new Blob(["P"])],
      meta: { x: 1 },
    });
    expect(sent[2]?.body).toMatch(
      /name="file"; filename="blob"\r\nContent-Type: application\/octet-stream\r\n\r\nDATA/,
    );
    expect(sent[2]?.body).toMatch(/name="photos"; filename="blob"\r\nContent-Type: image\/png\r\n\r\nP/);
    expect(sent[2]?.body).toMatch(/name="meta"\r\nContent-Type: application\/json\r\n\r\n\{"x":1\}/);
    await call("sendRaw", new Blob(['{"raw":true}']));
    expect([sent[3]?.body, sent[3]?.headers.get("content-type")]).toEqual([
      '{"raw":true}',
      "application/json",
    ]);
  });

  it("are bytes for the server too", async () => {
    let got: unknown;
    const handlers = {
      getImage: () => ({ status: 200, body: PNG }),
      putImage: (input: { body: unknown }) => ((got = input.body), { status: 200, body: {} }),
      sendForm: () => ({ status: 204 }),
      sendRaw: () => ({ status: 204 }),
    };
    const server = await serverOf(spec, handlers);
    const answer = await server(new Request("https://api.test/image"));
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
    await server(
      new Request("https://api.test/image", {
        method: "PUT",
        body: PNG,
        headers: { "content-type": "image/png" },
      }),
    );
    expect(got).toBeInstanceOf(Blob);
  });
});

describe("answers of several media types", () => {
  it("are asked for by `accept`, also where they are of one kind", async () => {
    const image = { schema: { type: "string", format: "binary" } };
    const get = {
      operationId: "getAvatar",
      tags: ["a"],
      responses: ok({ "image/png": image, "image/jpeg": image }),
    };
    const { call, sent } = await clientOf(specOf({ "/a": { get } }), () => new Response(PNG));
    await call("getAvatar", undefined, { accept: "image/jpeg" });
    await call("getAvatar");
    expect(sent.map(({ headers }) => headers.get("accept"))).toEqual(["image/jpeg", "image/png"]);
  });
});

describe("XML", () => {
  it("is text both ways, whatever its schema", async () => {
    const content = {
      "application/xml": { schema: { type: "object", properties: { a: { type: "string" } } } },
    };
    const spec = specOf({
      "/x": {
        post: { operationId: "echo", tags: ["a"], requestBody: body(content), responses: ok(content) },
      },
    });
    const { call, sent } = await clientOf(
      spec,
      () => new Response("<a>2</a>", { headers: { "content-type": "application/xml" } }),
    );
    expect(await call("echo", "<a>1</a>")).toBe("<a>2</a>");
    expect([sent[0]?.body, sent[0]?.headers.get("content-type")]).toEqual(["<a>1</a>", "application/xml"]);
  });
});

describe("streams", () => {
  const item = { type: "object", required: ["x"], properties: { x: { type: "integer" } } };
  const event = {
    type: "object",
    required: ["data"],
    properties: { event: { type: "string" }, data: { type: "string" } },
  };
  const read = {
    ...event,
    properties: {
      ...event.properties,
      data: { type: "string", contentMediaType: "application/json", contentSchema: item },
    },
  };
  const get = (operationId: string, content: object) => ({
    get: { operationId, tags: ["a"], responses: ok(content) },
  });
  const spec = specOf(
    {
      "/lines": {
        ...get("getLines", { "application/jsonl": { itemSchema: item } }),
        post: {
          operationId: "sendLines",
          tags: ["a"],
          requestBody: body({ "application/jsonl": { itemSchema: item } }),
          responses: {
            204: { description: "Done." },
            "4XX": { description: "It failed.", content: { "application/problem+json": {} } },
          },
        },
      },
      "/seq": get("getSeq", { "application/json-seq": { itemSchema: item } }),
      "/data": get("getData", { "text/event-stream": { schema: item } }),
      "/text": get("getText", { "text/event-stream": { schema: { type: "string" } } }),
      "/events": get("getEvents", { "text/event-stream": { itemSchema: event } }),
      "/read": get("getRead", { "text/event-stream": { itemSchema: read } }),
    },
    { openapi: "3.2.0" },
  );
  const answers: Record<string, [string, string]> = {
    "/lines": ["application/jsonl", '{"x":1}\n{"x":2}'],
    "/seq": ["application/json-seq", '\u001e{"x":\n1}\n\u001e{"x":2}\n'],
    "/data": ["text/event-stream", 'event: add\ndata: {"x":1}\n\n'],
    "/text": ["text/event-stream", 'data: {"x":1}\n\n'],
    "/events": ["text/event-stream", 'event: add\nid: 7\ndata: {"x":1}\n\n'],
    "/read": ["text/event-stream", 'event: add\ndata: {"x":1}\n\n'],
  };

  it("give the items that the schema describes (OpenAPI 3.2, 4.8.14.4)", async () => {
    const { call, sent } = await clientOf(spec, ({ url, method }) => {
      const [type = "", text = ""] = answers[new URL(url).pathname] ?? [];
      return method === "POST"
        ? new Response(null, { status: 204 })
        : new Response(text, { headers: { "content-type": type } });
    });
    const items = async (name: string): Promise<unknown[]> => collected(await call(name));
    expect(await items("getLines")).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await items("getSeq")).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await items("getData")).toEqual([{ x: 1 }]);
    expect(await items("getText")).toEqual(['{"x":1}']);
    expect(await items("getEvents")).toEqual([{ event: "add", id: "7", data: '{"x":1}' }]);
    expect(await items("getRead")).toEqual([{ event: "add", data: { x: 1 } }]);
    await call("sendLines", [{ x: 1 }, { x: 2 }]);
    expect(sent.at(-1)?.body).toBe('{"x":1}\n{"x":2}\n');
  });

  it("are read and written by the server", async () => {
    let got: unknown;
    const rest = Object.fromEntries(
      ["getSeq", "getData", "getText", "getEvents", "getRead"].map((id) => [
        id,
        () => ({ status: 200, body: "" }),
      ]),
    );
    const server = await serverOf(spec, {
      ...rest,
      getLines: () => ({ status: 200, body: [{ x: 1 }, { x: 2 }] }),
      sendLines: (input: { body: unknown }) => ((got = input.body), { status: 204 }),
    });
    expect(await (await server(new Request("https://api.test/lines"))).text()).toBe('{"x":1}\n{"x":2}\n');
    const send = (text: string) =>
      server(
        new Request("https://api.test/lines", {
          method: "POST",
          body: text,
          headers: { "content-type": "application/jsonl" },
        }),
      );
    expect((await send('{"x":1}\n{"x":2}')).status).toBe(204);
    expect(got).toEqual([{ x: 1 }, { x: 2 }]);
    expect((await send('{"x":"no"}')).status).toBeGreaterThanOrEqual(400);
  });
});

describe("methods and credentials", () => {
  it("are sent as the spec names them (OpenAPI 3.2, 4.8.9; RFC 9110, 11.1)", async () => {
    const responses = { 204: { description: "d" } };
    const spec = specOf(
      {
        "/a": {
          query: {
            operationId: "queryA",
            tags: ["a"],
            requestBody: body({ "application/json": { schema: { type: "object" } } }),
            responses,
          },
          additionalOperations: { PURGE: { operationId: "purgeA", tags: ["a"], responses } },
        },
      },
      {
        openapi: "3.2.0",
        security: [{ key: [] }],
        components: { securitySchemes: { key: { type: "http", scheme: "SharedAccessKey" } } },
      },
    );
    const { call, sent } = await clientOf(spec, () => new Response(null, { status: 204 }), {
      auth: { key: "k" },
    });
    await call("queryA", { x: 1 });
    await call("purgeA");
    expect(sent.map(({ method, body: text }) => `${method} ${text}`)).toEqual(['QUERY {"x":1}', "PURGE "]);
    expect(sent[0]?.headers.get("authorization")).toBe("SharedAccessKey k");
  });
});

describe("what OpenAPI 3.2 and searches by POST ask for", () => {
  it("is one query parameter for each member of a query string (3.2, 4.8.12.1)", async () => {
    const schema = {
      type: "object",
      required: ["q"],
      properties: { q: { type: "string" }, tags: { type: "array", items: { type: "string" } } },
    };
    const content = { "application/x-www-form-urlencoded": { schema } };
    const get = {
      operationId: "search",
      tags: ["a"],
      parameters: [{ name: "whole", in: "querystring", content }],
      responses: { 204: { description: "Done." } },
    };
    const { call, sent } = await clientOf(
      specOf({ "/s": { get } }, { openapi: "3.2.0" }),
      () => new Response(null, { status: 204 }),
    );
    await call("search", { q: "a b", tags: ["x", "y"] });
    expect(sent[0]?.url).toBe("https://api.test/s?q=a%20b&tags=x&tags=y");
  });

  it("is the next page by a member of the body", async () => {
    const page = {
      type: "object",
      properties: { results: { type: "array", items: {} }, next: { type: "string" } },
    };
    const query = { type: "object", properties: { q: { type: "string" }, start: { type: "string" } } };
    const post = {
      operationId: "search",
      tags: ["a"],
      "x-pagination": { style: "cursor", cursorParameter: "start", items: "/results", next: "/next" },
      requestBody: body({ "application/json": { schema: query } }),
      responses: ok({ "application/json": { schema: page } }),
    };
    const { call, sent } = await clientOf(specOf({ "/s": { post } }), ({ body: text }) =>
      Response.json(text.includes("start") ? { results: [3] } : { results: [1, 2], next: "C1" }),
    );
    expect(await collected(call("search", { q: "z" }))).toEqual([1, 2, 3]);
    expect(sent.map(({ url, body: text }) => `${url} ${text}`)).toEqual([
      'https://api.test/s {"q":"z"}',
      'https://api.test/s {"q":"z","start":"C1"}',
    ]);
  });
});
