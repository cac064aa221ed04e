import { inspect } from "node:util";

import { describe, expect, test } from "vitest";

import { WorkspaceClient } from "../../../generated/client/src/index.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import type { ApiDefinition } from "../../../templates/client/src/runtime/api.js";
import type { SecurityScheme } from "../../../templates/client/src/runtime/auth.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import {
  apiFor,
  closedPort,
  failure,
  json,
  operation,
  serve,
  type Received,
} from "../../support/api-server.js";

const SECRET = "s3cr3t-01.23:45";

/** Everything that a log could make of a value. */
function shown(value: unknown): string {
  const views = [
    inspect(value, { depth: 20 }),
    JSON.stringify(value),
    String(value),
    value instanceof Error ? `${value.stack} ${inspect(value.cause, { depth: 20, showHidden: true })}` : "",
  ];
  return views.join("\n");
}

/** A secret as it is given, in base64, and percent-encoded. */
const texts = [SECRET, btoa(`user:${SECRET}`), btoa(`${SECRET}:`)];
const forms = new RegExp(
  [...texts, ...texts.map(encodeURIComponent)].map((text) => text.replace(/[+.]/g, "\\$&")).join("|"),
);
/** A part of it is too much. */
const parts = new RegExp(texts.map((text) => text.slice(0, 7)).join("|"));

const schemes: [where: string, scheme: SecurityScheme, options: ApiOptions][] = [
  ["as a bearer token", { kind: "bearer" }, { apiKey: SECRET }],
  ["as an OAuth token of a function", { kind: "oauth" }, { auth: () => SECRET }],
  ["in a header", { kind: "apiKey", in: "header", name: "X-Api-Key" }, { apiKey: SECRET }],
  ["in the query", { kind: "apiKey", in: "query", name: "api_key" }, { apiKey: SECRET }],
  ["in a cookie", { kind: "apiKey", in: "cookie", name: "sid" }, { apiKey: SECRET }],
  ["as a password", { kind: "basic" }, { auth: { key: { username: "user", password: SECRET } } }],
  ["as a lone key of Basic", { kind: "basic" }, { apiKey: SECRET }],
  [
    "in a header of the client's own",
    { kind: "bearer" },
    { apiKey: "other", headers: { "X-Own-Token": SECRET } },
  ],
];

/** What a server that means no good, or no harm, says of a request: all of it, wherever a text can stand. */
function echo({ url, headers }: Received): string {
  return `${url} ${Object.entries(headers).join(" ")}`;
}

const SILENCE = "no answer";

type Answer = Parameters<typeof serve>[0];
const failures: [what: string, answer: Answer, options?: ApiOptions][] = [
  [
    "a refusal that echoes the request",
    (request, response) => json(response, 401, { message: echo(request) }),
  ],
  [
    "an error that echoes the credential as its code",
    (request, response) => {
      const { authorization = "", cookie = "" } = request.headers;
      const code = String(
        request.headers["x-own-token"] ??
          request.headers["x-api-key"] ??
          (authorization.split(" ")[1] || /=(.*)/.exec(cookie + request.url)?.[1]),
      );
      json(response, 400, { code }, { "x-request-id": code });
    },
  ],
  [
    "a page that echoes the request",
    (request, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end(`<h1>${echo(request)}`),
  ],
  [
    "a page that is cut where the secret is",
    (request, response) =>
      response
        .writeHead(502, { "content-type": "text/html" })
        .end(
          "<".repeat(
            290 -
              `GET /things/{id} answered 502 (unexpected_status): JSON was expected, text/html came: `.length,
          ) + echo(request).slice(echo(request).search(forms)),
        ),
  ],
  [
    "a success that is no JSON",
    (request, response) => response.writeHead(200, { "content-type": "text/plain" }).end(echo(request)),
  ],
  ["an answer that breaks off", (_request, response) => void response.destroy()],
  [SILENCE, () => {}],
  [
    "a redirect that goes nowhere",
    (request, response) => response.writeHead(302, { location: `http://evil.test${request.url}` }).end(),
  ],
];

describe.each(schemes)("a secret that travels %s", (_where, scheme, options) => {
  const changes: Partial<ApiDefinition> = { securitySchemes: { key: scheme } };
  const secured = operation({ path: "/things/{id}", security: [["key"]] });

  test.each(failures)("is not told by %s", async (what, answer) => {
    const server = await serve(answer);
    const events: RuntimeEvent[] = [];
    const api = apiFor(server.url, { ...options, onEvent: (event) => events.push(event) }, changes);
    const pending = call(api, secured, { path: { id: 1 } }, { timeoutMs: what === SILENCE ? 1000 : 30_000 });
    const error = await failure(pending);
    // The secret has left, so that there was something to tell.
    expect(JSON.stringify(server.received)).toMatch(forms);
    for (const told of [error, events, pending, api]) expect(shown(told)).not.toMatch(parts);
    expect(events.length).toBeGreaterThanOrEqual(2);
  });

  test("is not told when nobody listens, nor when a fetch fails with all that it has", async () => {
    const lost = apiFor(await closedPort(), options, changes);
    expect(shown(await failure(call(lost, secured, { path: { id: 1 } })))).not.toMatch(forms);
    const fetch: ApiOptions["fetch"] = (url, init) =>
      Promise.reject(Object.assign(new Error(`${url}`, { cause: init }), { init, code: `${url}` }));
    const telling = apiFor("https://x.test", { ...options, fetch }, changes);
    expect(shown(await failure(call(telling, secured, { path: { id: 1 } })))).not.toMatch(forms);
  });
});

test("a token that has been replaced meanwhile is still no word of a message", async () => {
  const answers: (() => void)[] = [];
  const server = await serve((request, response) => {
    answers.push(() => json(response, 401, { message: `Bad: ${request.headers.authorization}` }));
    if (answers.length === 2) answers.splice(0).forEach((answer) => answer());
  });
  let count = 0;
  const api = apiFor(server.url, { apiKey: () => `token_${SECRET}_${(count += 1)}` });
  const secured = operation({ security: [["apiKey"]] });
  const errors = await Promise.all([failure(call(api, secured, {})), failure(call(api, secured, {}))]);
  for (const error of errors) expect(error.message).toContain("Bad: Bearer [secret]");
});

test("the client, its resources and its path-typed surface show no secret, however they are printed", () => {
  const client = new WorkspaceClient({
    apiKey: SECRET,
    auth: { oauth: SECRET },
    headers: { "X-Own-Token": SECRET },
  });
  expect(inspect(client, { depth: 20, showHidden: true, getters: true })).not.toContain(SECRET);
  expect(JSON.stringify(client)).not.toContain(SECRET);
  expect(
    Object.values({ ...client })
      .map((value) => inspect(value, { depth: 9, showHidden: true }))
      .join(),
  ).not.toContain(SECRET);
});

describe("a key that cannot travel is refused at construction, and not told", () => {
  test.each(["\n", "\r\n", "\0", "\u2028", "é日"])("with %j at its end", (ending) => {
    try {
      const client = new WorkspaceClient({ apiKey: SECRET + ending });
      throw new Error(`It was taken: ${inspect(client)}`);
    } catch (error) {
      expect(error).toMatchObject({ name: "RequestError" });
      expect(shown(error)).not.toContain(SECRET);
      expect(String(error)).toContain("the secret for apiKey is");
    }
  });

  test("nor a header of the client's own", () => {
    const make = (): unknown =>
      apiFor("https://x.test", { headers: { "X-Own-Token": `${SECRET}\r\nEvil: 1` } });
    expect(make).toThrow(
      /^the header parameter "X-Own-Token" is missing or has a value that cannot be sent$/,
    );
  });
});
