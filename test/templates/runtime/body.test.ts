import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binary, form, json, multipart, text } from "../../../templates/client/src/runtime/body.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { RequestError } from "../../../templates/client/src/runtime/errors.js";
import { apiFor, operation, serve } from "../../support/api-server.js";

const FORM = "application/x-www-form-urlencoded";

function fields(value: unknown, encodings?: Parameters<typeof form>[0]): [string, string][] {
  return [...new URLSearchParams(String(form(encodings)(value, FORM).body))];
}

describe("form bodies", () => {
  test("nest in brackets, as Stripe reads them", () => {
    const body = {
      amount: 500,
      metadata: { order: "6735", gone: null, kept: undefined },
      expand: ["customer", "invoice"],
      items: [{ price: "p_1", quantity: 2 }, { price: "p_2" }],
      address: { line1: "a&b", geo: { lat: 1.5 } },
      description: null,
    };
    expect(fields(body, { expand: { style: "deepObject", explode: true } })).toEqual([
      ["amount", "500"],
      ["metadata[order]", "6735"],
      ["metadata[gone]", ""],
      ["expand[]", "customer"],
      ["expand[]", "invoice"],
      ["items[0][price]", "p_1"],
      ["items[0][quantity]", "2"],
      ["items[1][price]", "p_2"],
      ["address[line1]", "a&b"],
      ["address[geo][lat]", "1.5"],
      ["description", ""],
    ]);
  });

  test.each([
    [
      undefined,
      [
        ["a", "1"],
        ["a", "2"],
      ],
    ],
    [{ style: "form", explode: false }, [["a", "1,2"]]],
    [{ style: "spaceDelimited" }, [["a", "1 2"]]],
    [{ style: "pipeDelimited" }, [["a", "1|2"]]],
    [
      { style: "deepObject" },
      [
        ["a[]", "1"],
        ["a[]", "2"],
      ],
    ],
    [{ contentType: "application/json" }, [["a", "[1,2]"]]],
  ] as const)("write an array as its encoding says: %j", (encoding, written) => {
    expect(fields({ a: [1, 2] }, encoding && { a: encoding })).toEqual(written);
  });

  test("keep every flat value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })), (value) => {
        expect(fields(value)).toEqual(Object.entries(value));
      }),
    );
  });
});

describe("multipart bodies", () => {
  const encode = multipart({
    photo: { contentType: "image/png, image/jpeg" },
    note: { contentType: "text/markdown" },
    expand: { style: "deepObject" },
  });

  async function parsed(value: unknown): Promise<FormData> {
    const { body, contentType } = encode(value, "multipart/form-data");
    return new Response(body, { headers: contentType ? { "content-type": contentType } : {} }).formData();
  }

  test("carry files, arrays, JSON and scalars", async () => {
    const data = await parsed({
      photo: new File([new Uint8Array([0, 13, 10, 255])], 'a"b\r\n.png', { type: "image/png" }),
      raw: new Uint8Array([1, 2]),
      tags: ["a", "b"],
      count: 3,
      none: undefined,
      null: null,
    });
    const photo = data.get("photo");
    expect(photo).toBeInstanceOf(File);
    if (!(photo instanceof File)) return;
    expect(photo.type).toBe("image/png");
    expect(new Uint8Array(await photo.arrayBuffer())).toEqual(new Uint8Array([0, 13, 10, 255]));
    expect(data.getAll("tags")).toEqual(["a", "b"]);
    expect([...data.keys()]).toEqual(["photo", "raw", "tags", "tags", "count"]);
  });

  test("give JSON parts their media type, and no file name", async () => {
    const { body } = encode({ meta: { a: 1 }, note: "*hi*", expand: ["x"] }, "multipart/form-data");
    const lines = await new Response(body).text();
    expect(lines).toContain(
      'Content-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n{"a":1}\r\n',
    );
    expect(lines).toContain('name="note"\r\nContent-Type: text/markdown\r\n\r\n*hi*\r\n');
    expect(lines).toContain('name="expand[]"\r\n\r\nx\r\n');
  });

  test("arrive whole, and names cannot add headers", async () => {
    const server = await serve();
    const file = new Blob([new Uint8Array(300_000).fill(7)]);
    const upload = operation({ method: "POST", body: { "multipart/form-data": multipart() } });
    await call(apiFor(server.url), upload, { body: { 'x"\r\nEvil: 1': "v", file } });
    const [request] = server.received;
    const headers = { "content-type": request?.headers["content-type"] ?? "" };
    const data = await new Response(new Uint8Array(request?.body ?? []), { headers }).formData();
    const received = data.get("file");
    expect(received instanceof File && received.size).toBe(300_000);
    expect(request?.body.includes("\r\nEvil: 1")).toBe(false);
    expect(request?.headers["content-length"]).toBe(String(request?.body.length));
  });
});

describe("other bodies", () => {
  const post = operation({
    method: "POST",
    body: {
      "application/json": json,
      "application/merge-patch+json": json,
      "text/plain": text,
      "image/*": binary,
      "application/octet-stream": binary,
    },
  });

  test.each([
    [undefined, { a: new Date(0), b: undefined }, "application/json", '{"a":"1970-01-01T00:00:00.000Z"}'],
    [undefined, null, "application/json", "null"],
    ["application/merge-patch+json", { a: null }, "application/merge-patch+json", '{"a":null}'],
    ["text/plain", "héllo", "text/plain", "héllo"],
    ["image/*", new Blob(["png"], { type: "image/png" }), "image/png", "png"],
    ["application/octet-stream", new TextEncoder().encode("bytes"), "application/octet-stream", "bytes"],
    ["application/octet-stream", new Blob(["stream"]).stream(), "application/octet-stream", "stream"],
  ])("of the type %s arrive", async (contentType, body, type, written) => {
    const server = await serve();
    await call(apiFor(server.url), post, { body }, { contentType });
    expect(server.received[0]?.headers["content-type"]).toBe(type);
    expect(server.received[0]?.body.toString()).toBe(written);
  });

  test("that cannot be sent are refused before anything leaves", async () => {
    const server = await serve();
    const api = apiFor(server.url);
    const failures = [
      call(api, post, { body: { n: 1n } }),
      call(api, post, { body: {} }, { contentType: "application/xml" }),
      call(api, operation({ body: { "application/json": json } }), { body: {} }),
    ];
    for (const failure of failures) await expect(failure).rejects.toBeInstanceOf(RequestError);
    expect(server.received).toEqual([]);
  });

  test("are none on a GET", async () => {
    const server = await serve();
    await call(apiFor(server.url), operation({ body: { [FORM]: form() } }), {});
    expect(server.received[0]?.headers).not.toHaveProperty("content-length");
    expect(server.received[0]?.headers).not.toHaveProperty("content-type");
  });
});
