import type { files } from "../database/schema.js";

/** What is known of a file. */
export type FileRow = typeof files.$inferSelect;

/** Where and how the bytes of a file are to be sent. */
export interface UploadTarget {
  readonly url: string;
  /** Headers that the request must carry, exactly. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A part of a file, by its first byte and its last. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Keeps the bytes of files. */
export interface FileStore {
  /** Where a file may be sent to, until `uploadExpiresAt`. */
  uploadTo(file: FileRow, origin: string): Promise<UploadTarget>;
  /** Keeps bytes that are there already, and are those of the row. */
  write(file: FileRow, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The bytes of a file, or a part of them; undefined when they are not where they were kept. */
  read(file: FileRow, range: ByteRange): Promise<ReadableStream<Uint8Array> | undefined>;
  /** What became of an upload that does not pass through this server; for one that does, what the row says. */
  check(file: FileRow): Promise<FileRow["status"]>;
  /** Also succeeds when there is nothing. */
  remove(fileId: string): Promise<void>;
}

const MIB = 1024 * 1024;

/** The kinds of files that are accepted, with the most bytes of each. */
export const MAX_BYTES: Readonly<Record<string, number>> = {
  "image/png": 20 * MIB,
  "image/jpeg": 20 * MIB,
  "image/gif": 20 * MIB,
  "image/webp": 20 * MIB,
  "video/mp4": 200 * MIB,
  "video/webm": 200 * MIB,
  "video/quicktime": 200 * MIB,
};
