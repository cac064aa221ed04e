import { describe, expect, test } from "vitest";
import { json as jsonBody } from "../../../templates/client/src/runtime/body.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { apiFor, json, operation, serve } from "../../support/api-server.js";

const secured = operation({ security: [["apiKey"]] });
const post = operation({ method: "POST", security: [["apiKey"]], body: { "application/json": jsonBody } });

describe("a redirect", () => {
  test.each([301, 302, 303, 307, 308])(
    "by %i within the origin is followed with everything",
    async (status) => {
      const server = await serve((request, response) =>
        request.url === "/things"
          ? response.writeHead(status, { location: "/other?x=1" }).end()
          : json(response, 200, { at: request.url }),
      );
      const data = await call(
        apiFor(server.url, { apiKey: "key_12345" }),
        secured,
        {},
        { headers: { "x-a": "1" } },
      );
      expect(data).toEqual({ at: "/other?x=1" });
      expect(server.received[1]?.headers).toMatchObject({ authorization: "Bearer key_12345", "x-a": "1" });
    },
  );

  test("to another origin is followed bare", async () => {
    const other = await serve();
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: other.url }).end(),
    );
    const headers = { "x-token": "s3cr3t", cookie: "s3cr3t" };
    await call(
      apiFor(server.url, { apiKey: "key_s3cr3t", headers }),
      secured,
      {},
      { headers: { "x-more": "s3cr3t" } },
    );
    expect(JSON.stringify(other.received[0])).not.toContain("s3cr3t");
    expect(other.received[0]?.headers).not.toHaveProperty("authorization");
  });

  test("does not come back with credentials from another origin", async () => {
    const home: { url: string } = { url: "" };
    const other = await serve((_request, response) =>
      response.writeHead(302, { location: `${home.url}/back` }).end(),
    );
    const server = await serve((request, response) =>
      request.url === "/back"
        ? json(response, 200, {})
        : response.writeHead(302, { location: other.url }).end(),
    );
    home.url = server.url;
    await call(apiFor(server.url, { apiKey: "key_12345" }), secured, {});
    expect(server.received[1]?.headers).not.toHaveProperty("authorization");
  });

  test.each([301, 302, 303, 307, 308])("by %i of a POST is not followed", async (status) => {
    const server = await serve((_request, response) =>
      response.writeHead(status, { location: "/other" }).end(),
    );
    await expect(call(apiFor(server.url, { apiKey: "key_12345" }), post, { body: {} })).rejects.toMatchObject(
      { status },
    );
    expect(server.received.map(({ method }) => method)).toEqual(["POST"]);
  });

  test.each([
    ["to plain http", "http://api.test/x"],
    ["to another scheme", "ftp://api.test/x"],
    ["to nowhere", "http://["],
  ])("%s is not followed", async (_name, location) => {
    const server = await serve((_request, response) => response.writeHead(302, { location }).end());
    await expect(call(apiFor(server.url), operation(), {})).rejects.toMatchObject({
      name: "StatusError",
      status: 302,
    });
    expect(server.received).toHaveLength(1);
  });

  test("without end ends", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: "/things" }).end(),
    );
    await expect(call(apiFor(server.url), operation(), {})).rejects.toMatchObject({ status: 302 });
    expect(server.received).toHaveLength(6);
  });

  test("is no redirect with a status that only names a location", async () => {
    const server = await serve((_request, response) =>
      json(response, 201, { made: true }, { location: "/other" }),
    );
    expect(await call(apiFor(server.url), operation(), {})).toEqual({ made: true });
  });
});
