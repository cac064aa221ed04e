import { contract, type Fail, type FileSchema as FileBody, type Handlers } from "@workspace-api/server";
import { and, eq, isNull } from "drizzle-orm";

import { after, MINUTE } from "../clock.js";
import type { Context } from "../context.js";
import { files } from "../database/schema.js";
import { headersOfContent, rangeOf } from "../files/content.js";
import { removeFile } from "../files/removal.js";
import { MAX_BYTES, type FileRow, type FileStore } from "../files/store.js";

const UPLOAD_MS = 15 * MINUTE;

export function fileHandlers(store: FileStore) {
  return {
    async createFileUpload({ body, fail, url }, context) {
      const { name, mediaType, size, sha256 } = body;
      assertAccepted(mediaType, size, fail);
      const now = context.now();
      const row: FileRow = {
        fileId: context.newId("file"),
        workspaceId: context.caller.workspaceId,
        name,
        mediaType,
        size,
        sha256,
        status: "pending",
        createdBy: context.userId,
        createdAt: now,
        uploadExpiresAt: after(now, UPLOAD_MS),
        uploadedAt: null,
        deletedAt: null,
      };
      await context.db.insert(files).values(row);
      const target = await store.uploadTo(row, new URL(url).origin);
      return {
        status: 201,
        body: {
          fileId: row.fileId,
          uploadUrl: target.url,
          uploadMethod: "PUT",
          uploadHeaders: target.headers,
          assetUrl: assetUrlOf(row, url),
          expiresAt: row.uploadExpiresAt.toISOString(),
        },
      };
    },

    async fetchFile({ path, fail, url }, context) {
      return { status: 200, body: viewOf(await mustFind(context, store, path.fileId, fail), url) };
    },

    async downloadFile({ path, headers, fail }, context) {
      const row = await mustFind(context, store, path.fileId, fail);
      if (row.status !== "ready") {
        throw fail("file_not_ready", `The bytes of ${row.fileId} have not been uploaded.`);
      }
      const range = rangeOf(headers.Range, row.size);
      const body = await store.read(row, range ?? { first: 0, last: row.size - 1 });
      if (body === undefined) {
        throw fail(
          "file_not_ready",
          `The bytes of ${row.fileId} are not in the folder that this sandbox uses.`,
        );
      }
      const mediaType = row.mediaType.startsWith("video/") ? "video/*" : "image/*";
      const common = headersOfContent(row, range);
      if (range === undefined) return { status: 200, mediaType, body, headers: common };
      const part = `bytes ${range.first}-${range.last}/${row.size}`;
      return { status: 206, mediaType, body, headers: { ...common, "Content-Range": part } };
    },

    /** The bytes go only once it is settled that the file does. */
    async deleteFile({ path, fail }, context) {
      const { db, caller } = context;
      const row = (await find(context, path.fileId).for("update"))[0] ?? noFile(fail, path.fileId);
      if (caller.kind === "member" && caller.role === "member" && row.createdBy !== caller.userId) {
        throw fail("permission_denied", "Members may delete their own files alone.");
      }
      await db.update(files).set({ deletedAt: context.now() }).where(eq(files.fileId, row.fileId));
      context.afterwards((outside) => removeFile(outside, store, row.fileId));
      return { status: 204 };
    },
  } satisfies Partial<Handlers<Context>>;
}

function assertAccepted(
  mediaType: string,
  size: number,
  fail: Fail<"file_type_not_allowed" | "file_too_large">,
): void {
  const max = Object.hasOwn(MAX_BYTES, mediaType) ? MAX_BYTES[mediaType] : undefined;
  if (max === undefined) throw fail("file_type_not_allowed", `${mediaType} is not accepted.`);
  if (size <= max) return;
  const kind = mediaType.split("/")[0] ?? "file";
  throw fail("file_too_large", `The ${kind} has ${size} bytes; at most ${max} are accepted.`);
}

/** A file of the workspace, as its row says. */
function find({ db, caller }: Context, fileId: string) {
  const isHere = and(eq(files.workspaceId, caller.workspaceId), isNull(files.deletedAt));
  return db
    .select()
    .from(files)
    .where(and(eq(files.fileId, fileId), isHere));
}

/** A file of the workspace, with what became of its bytes by now. */
async function mustFind(
  context: Context,
  store: FileStore,
  fileId: string,
  fail: Fail<"file_not_found">,
): Promise<FileRow> {
  const row = (await find(context, fileId))[0] ?? noFile(fail, fileId);
  const status = await store.check(row);
  if (status !== row.status) {
    await context.db
      .update(files)
      .set({ status, uploadedAt: context.now() })
      .where(and(eq(files.fileId, fileId), eq(files.status, "pending")));
  }
  const isOverdue = status === "pending" && row.uploadExpiresAt <= context.now();
  return { ...row, status: isOverdue ? "failed" : status };
}

function noFile(fail: Fail<"file_not_found">, fileId: string): never {
  throw fail("file_not_found", `The workspace has no file ${fileId}.`);
}

function assetUrlOf({ workspaceId, fileId }: FileRow, url: string): string {
  return new URL(`${contract.basePath}/workspaces/${workspaceId}/files/${fileId}/content`, url).href;
}

function viewOf(row: FileRow, url: string): FileBody {
  return {
    fileId: row.fileId,
    workspaceId: row.workspaceId,
    name: row.name,
    mediaType: row.mediaType,
    size: row.size,
    sha256: row.sha256,
    status: row.status,
    assetUrl: assetUrlOf(row, url),
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
  };
}
