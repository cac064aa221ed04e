import type { ServerResponse } from "node:http";

import { WorkspaceClient, type WorkspaceClientOptions } from "../../generated/client/src/index.js";
import { json, serve, type Received, type TestServer } from "../support/api-server.js";

export const BYTES = new Uint8Array(300_000).map((_, index) => index % 251);
export const SIGNATURE = "signed-and-secret";

export interface World {
  /** The file store, a server of its own. */
  readonly store: TestServer;
  readonly api: TestServer;
  readonly workspace: WorkspaceClient;
}

interface Answers {
  readonly store?: (request: Received, response: ServerResponse) => void;
  /** Where the API sends the bytes; the store unless given. */
  readonly uploadUrl?: (store: string, api: string) => string;
  readonly options?: WorkspaceClientOptions;
}

/** An API that keeps its files in a store elsewhere. */
export async function fileWorld(answers: Answers = {}): Promise<World> {
  const { store: answer = (_request, response) => response.writeHead(200).end(), options } = answers;
  const store = await serve(answer);
  const api = await serve((request, response) => {
    if (request.url.startsWith("/upload/")) return response.writeHead(204).end();
    if (request.method === "GET") {
      const isMoved = request.url.endsWith("/file_moved/content");
      if (isMoved) return response.writeHead(302, { location: `${store.url}/bytes?s=${SIGNATURE}` }).end();
      if (request.url.includes("file_gone"))
        return json(response, 404, { code: "file_not_found", message: "No such file." });
      return response.writeHead(200, { "content-type": "application/octet-stream" }).end(BYTES);
    }
    const { uploadUrl = (base) => `${base}/put?signature=${SIGNATURE}` } = answers;
    return json(response, 201, {
      fileId: "file_1",
      uploadUrl: uploadUrl(store.url, api.url),
      uploadMethod: "PUT",
      uploadHeaders: { "Content-Type": "image/png", "Content-Length": "300000", "x-store-tag": "t1" },
      assetUrl: `${api.url}/api/v1/workspaces/w_1/files/file_1/content`,
      expiresAt: "2026-03-02T09:45:00Z",
    });
  });
  const workspace = new WorkspaceClient({
    baseUrl: `${api.url}/api/v1`,
    apiKey: "key_secret",
    headers: { "x-client-wide": "also-secret" },
    ...options,
  });
  return { store, api, workspace };
}
