import { Readable } from "node:stream";

import { expect, test } from "vitest";

import * as encoders from "../../../templates/client/src/runtime/body.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import type { BodyEncoder } from "../../../templates/client/src/runtime/codecs.js";
import { apiFor, failure, operation, serve } from "../../support/api-server.js";

const form = new FormData();
form.append("file", new Blob(["DATA"]), "a.txt");

const bytes = new TextEncoder().encode('{"a":1}');

async function* chunks(): AsyncGenerator<string | Uint8Array> {
  yield '{"a":';
  yield new TextEncoder().encode("1}");
}

const taken: [what: string, type: string, encoder: BodyEncoder, body: unknown, text: RegExp, sent: RegExp][] =
  [
    [
      "FormData",
      "multipart/form-data",
      encoders.multipart(),
      form,
      /name="file"; filename="a.txt"[^]*DATA/,
      /^multipart\/form-data; boundary=/,
    ],
    [
      "URLSearchParams",
      "application/x-www-form-urlencoded",
      encoders.form(),
      new URLSearchParams({ a: "1 2" }),
      /^a=1\+2$/,
      /^application\/x-www-form-urlencoded/,
    ],
    ["an encoded form", "application/x-www-form-urlencoded", encoders.form(), "a=1", /^a=1$/, /urlencoded/],
    ["bytes of JSON", "application/json", encoders.json, bytes, /^\{"a":1\}$/, /^application\/json$/],
    [
      "a blob of JSON",
      "application/json",
      encoders.json,
      new Blob([bytes]),
      /^\{"a":1\}$/,
      /^application\/json$/,
    ],
    [
      "a web stream",
      "application/octet-stream",
      encoders.binary,
      new Blob([bytes]).stream(),
      /^\{"a":1\}$/,
      /octet/,
    ],
    ["a stream of Node", "text/plain", encoders.text, Readable.from(["a", "b"]), /^ab$/, /^text\/plain$/],
    ["an async iterable", "application/json", encoders.json, chunks(), /^\{"a":1\}$/, /json/],
  ];

test.each(taken)("%s is sent as it is", async (_what, type, encoder, body, text, sent) => {
  const server = await serve();
  await call(apiFor(server.url), operation({ method: "POST", body: { [type]: encoder } }), { body });
  expect(server.received[0]?.body.toString()).toMatch(text);
  expect(server.received[0]?.headers["content-type"]).toMatch(sent);
});

test.each<[what: string, type: string, encoder: BodyEncoder, body: unknown]>([
  ["Map", "application/json", encoders.json, new Map([["a", 1]])],
  ["Set", "application/json", encoders.json, new Set([1])],
  ["FormData", "application/json", encoders.json, form],
  ["URLSearchParams", "application/json", encoders.json, new URLSearchParams("a=1")],
  ["Promise", "application/json", encoders.json, Promise.resolve({})],
  ["FormData", "application/x-www-form-urlencoded", encoders.form(), form],
  ["Map", "multipart/form-data", encoders.multipart(), new Map()],
  ["String", "multipart/form-data", encoders.multipart(), "a=1"],
])("a %s as %s is refused by name, and not sent as nothing", async (name, type, encoder, body) => {
  const server = await serve();
  const post = operation({ method: "POST", body: { [type]: encoder } });
  const error = await failure(call(apiFor(server.url), post, { body }));
  expect(error).toMatchObject({ name: "RequestError", message: `POST /things: takes no ${name} as ${type}` });
  expect(server.received).toEqual([]);
});
