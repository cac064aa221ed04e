import { and, eq, isNull } from "drizzle-orm";
import { Hono } from "hono";
import { cors } from "hono/cors";

import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import { files } from "../database/schema.js";
import type { DiskStore } from "./disk-store.js";

interface UploadParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly store: DiskStore;
}

/** Takes the bytes of files that are kept on disk. The signed address is the only credential, from any origin. */
export function uploadRoutes(parts: UploadParts): Hono {
  const app = new Hono();
  app.use("/uploads/*", cors({ origin: "*", allowMethods: ["PUT"], allowHeaders: ["Content-Type"] }));
  app.put("/uploads/:fileId{file_[A-Za-z0-9_-]{1,64}}", (c) =>
    upload(c.req.param("fileId"), c.req.raw, parts),
  );
  return app;
}

const GONE = "The file was deleted.";

async function upload(fileId: string, request: Request, parts: UploadParts): Promise<Response> {
  const { database, clock, store } = parts;
  const query = new URL(request.url).searchParams;
  const expires = query.get("expires") ?? "";
  if (!store.isSigned(fileId, expires, query.get("signature") ?? "")) {
    return refusal(
      403,
      "The address was not signed by this server, or was changed. Announce the file again.",
    );
  }
  const now = clock.now();
  if (Number(expires) <= now.getTime()) {
    return refusal(403, "The address has expired. Announce the file again.");
  }
  const [file] = await database.db.select().from(files).where(isThere(fileId));
  if (file === undefined) return refusal(404, GONE);
  if (file.status !== "pending") return refusal(409, "The bytes were sent already. Announce a new file.");
  const type = request.headers.get("content-type");
  if (type !== file.mediaType) return refusal(400, `Send Content-Type: ${file.mediaType}, as was announced.`);
  const length = request.headers.get("content-length");
  if (length === null) return refusal(411, "Send a Content-Length.");
  if (Number(length) !== file.size) return refusal(400, `Send the ${file.size} bytes that were announced.`);

  const arrival = await store.receive(file, request.body ?? new ReadableStream<Uint8Array>());
  if (arrival === "cut off")
    return refusal(400, "Not all bytes arrived. Send them again to the same address.");
  await database.db
    .update(files)
    .set({ status: arrival === "complete" ? "ready" : "failed", uploadedAt: now })
    .where(and(isThere(fileId), eq(files.status, "pending")));
  const [kept] = await database.db.select().from(files).where(isThere(fileId));
  if (kept === undefined) {
    // It was deleted meanwhile, perhaps before its bytes were there to be removed.
    await store.remove(fileId);
    return refusal(404, GONE);
  }
  if (arrival === "complete" && kept.status === "ready") return new Response(null, { status: 204 });
  return refusal(
    400,
    "The bytes are not those that were announced: their SHA-256 is another. Announce a new file.",
  );
}

function isThere(fileId: string) {
  return and(eq(files.fileId, fileId), isNull(files.deletedAt));
}

function refusal(status: number, detail: string): Response {
  return Response.json(
    { type: "about:blank", title: "Upload refused", status, code: "upload_refused", message: detail, detail },
    { status, headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store" } },
  );
}
