import { getEventListeners } from "node:events";

import { describe, expect, it } from "vitest";

import { failure } from "../support/api-server.js";
import { BYTES, fileWorld } from "./files-world.js";

describe("a download", () => {
  it.each([
    ["an id", () => "file_1"],
    ["an asset's address", (api: string) => `${api}/api/v1/workspaces/w_1/files/file_1/content`],
    ["a URL", (api: string) => new URL(`${api}/api/v1/workspaces/w_1/files/file_1/content`)],
  ])("of %s streams, with the credential", async (_, file) => {
    const { workspace, api } = await fileWorld();
    const response = await workspace.files.download(file(api.url));
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    expect(api.received[0]?.headers["authorization"]).toBe("Bearer key_secret");
  });

  it("follows to a store elsewhere, and asks for an asset elsewhere, without credential or header", async () => {
    const { workspace, store } = await fileWorld({ store: (_request, response) => response.end(BYTES) });
    for (const file of ["file_moved", `${store.url}/asset`]) {
      const response = await workspace.files.download(file, { headers: { "x-call": "secret" } });
      expect(Buffer.from(await response.arrayBuffer()).equals(BYTES)).toBe(true);
    }
    expect(store.received).toHaveLength(2);
    expect(JSON.stringify(store.received.map(({ headers }) => headers))).not.toMatch(
      /secret|authorization|workspace-api/i,
    );
  });

  it("fails as the API says, as the store says, and before it goes over plain http", async () => {
    const { workspace, api, store } = await fileWorld({
      store: (_request, response) => response.writeHead(410).end(),
    });
    const gone = `${api.url}/api/v1/workspaces/w_1/files/file_gone/content`;
    expect((await failure(workspace.files.download("file_gone"))).code).toBe("file_not_found");
    expect((await failure(workspace.files.download(gone))).code).toBe("file_not_found");
    expect(await failure(workspace.files.download(`${store.url}/x`))).toMatchObject({
      name: "StatusError",
      status: 410,
    });
    expect((await failure(workspace.files.download("http://store.example/x"))).message).toContain(
      "must be https",
    );
    expect((await failure(workspace.files.download("https://me:pw@store.example/x"))).message).not.toContain(
      "pw",
    );
  });

  it("that nobody reads leaves no timer and no listener on the caller's signal", async () => {
    const { workspace } = await fileWorld();
    const { signal } = new AbortController();
    const response = await workspace.files.download("file_1", { signal });
    await response.body?.cancel();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
