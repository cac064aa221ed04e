import { createHash } from "node:crypto";

import { records } from "../../../sandbox/src/database/schema.js";
import type { Exchange } from "./exchange.js";

const STALE = { "if-match": '"old"' };

/** Documents, files and connected records. */
export async function content(exchange: Exchange): Promise<void> {
  await documents(exchange);
  await files(exchange);
  await connectedRecords(exchange);
}

async function documents(exchange: Exchange): Promise<void> {
  const own = { title: "Cart", type: "requirement", content: "The cart, the cart and the total." };
  const { documentId = "" } = await exchange.done("createDocument", { body: own });
  const document = { documentId };
  const none = { documentId: "doc_none" };
  await exchange.done("listDocuments");
  await exchange.unchanged("fetchDocument", { path: document });
  await exchange.refusal("fetchDocument", { path: none });
  const body = { status: "completed" };
  await exchange.done("updateDocument", { path: document, body });
  await exchange.refusal("updateDocument", { path: none, body });
  await exchange.refusal("updateDocument", { path: document, body, headers: STALE });
  const ops = (target: string): object => ({ ops: [{ kind: "delete_text", target }] });
  await exchange.done("patchDocument", { path: document, body: ops(" and the total") });
  await exchange.refusal("patchDocument", { path: document, body: ops("basket") });
  await exchange.refusal("patchDocument", { path: document, body: ops("cart") });
  await exchange.refusal("patchDocument", { path: none, body: ops("cart") });
  await exchange.refusal("deleteDocument", { path: document, as: "member" });
  await exchange.refusal("deleteDocument", { path: none });
  await exchange.refusal("deleteDocument", { path: document, headers: STALE });
  await exchange.done("deleteDocument", { path: document });
}

async function files(exchange: Exchange): Promise<void> {
  const bytes = Buffer.from("not really an image");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const body = { name: "a.png", mediaType: "image/png", size: bytes.length, sha256 };
  const upload = await exchange.done("createFileUpload", { body });
  const file = { fileId: String(upload["fileId"]) };
  const none = { fileId: "file_none" };
  await exchange.refusal("createFileUpload", { body: { ...body, mediaType: "image/svg+xml" } });
  await exchange.refusal("createFileUpload", { body: { ...body, size: 30 * 1024 * 1024 } });
  await exchange.refusal("downloadFile", { path: file });
  const put = new Request(String(upload["uploadUrl"]), {
    method: String(upload["uploadMethod"]),
    headers: { ...Object(upload["uploadHeaders"]), "content-length": String(bytes.length) },
    body: bytes,
  });
  const stored = await exchange.sandbox.fetch(put);
  if (!stored.ok) throw new Error(`The upload was answered ${stored.status}: ${await stored.text()}`);
  await exchange.unchanged("fetchFile", { path: file });
  await exchange.unchanged("downloadFile", { path: file });
  await exchange.done("downloadFile", { path: file, headers: { range: "bytes=0-1" } });
  for (const id of ["fetchFile", "downloadFile", "deleteFile"] as const)
    await exchange.refusal(id, { path: none });
  await exchange.refusal("deleteFile", { path: file, as: "member" });
  await exchange.done("deleteFile", { path: file });
}

async function connectedRecords(exchange: Exchange): Promise<void> {
  const { database, clock } = exchange.sandbox;
  await database.db.insert(records).values({
    recordId: "rec_issue",
    workspaceId: "w_northwind",
    kind: "issue",
    provider: "tracker",
    externalId: "1",
    url: "https://tracker.example/1",
    title: "Total is wrong",
    occurredAt: clock.now(),
    syncedAt: clock.now(),
  });
  const { teamId = "" } = await exchange.done("createTeam", { body: { name: "Sync" } });
  await exchange.done("putTeamMember", { path: { teamId, userId: "u_mia" }, body: { role: "observer" } });
  const { taskId = "" } = await exchange.done("createTask", {
    body: { title: "Link me", teamIds: [teamId] },
  });
  const record = { recordId: "rec_issue" };
  const link = { ...record, taskId };
  await exchange.done("listRecords");
  await exchange.unchanged("fetchRecord", { path: record });
  await exchange.refusal("fetchRecord", { path: { recordId: "rec_none" } });
  await exchange.refusal("linkRecordTask", { path: link, as: "member" });
  await exchange.done("linkRecordTask", { path: link });
  await exchange.refusal("linkRecordTask", { path: { ...link, recordId: "rec_none" } });
  await exchange.refusal("linkRecordTask", { path: { ...link, taskId: "tsk_none" } });
  await exchange.refusal("unlinkRecordTask", { path: link, as: "member" });
  await exchange.done("unlinkRecordTask", { path: link });
  await exchange.refusal("unlinkRecordTask", { path: link });
  await exchange.refusal("unlinkRecordTask", { path: { ...link, recordId: "rec_none" } });
  const about = { title: "Notes", type: "task", taskIds: [taskId] };
  await exchange.refusal("createDocument", { body: about, as: "member" });
  const { documentId = "" } = await exchange.done("createDocument", { body: about });
  const edit = { path: { documentId }, as: "member" } as const;
  await exchange.refusal("updateDocument", { ...edit, body: { title: "Mine" } });
  const ops = [{ kind: "delete_text", target: "x" }];
  await exchange.refusal("patchDocument", { ...edit, body: { ops } });
}
