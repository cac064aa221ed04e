import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the docs are: in a checkout, or in the package. */
const FOLDERS = ["../../../generated/docs/", "../../dist/site/"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".json": "application/json",
  ".yaml": "text/plain; charset=utf-8",
};

/** The pages run our own scripts alone, and reach nothing but this server. */
export const SITE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A file of the docs, as it is sent. */
export interface SiteFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Strong, by the contents. */
  readonly etag: string;
}

/** The files of the docs; read when they are first asked for. */
export class Site {
  readonly #folder = FOLDERS.find((folder) => existsSync(join(folder, "index.html")));
  readonly #paths: ReadonlySet<string>;
  readonly #read = new Map<string, Promise<SiteFile>>();

  constructor() {
    const folder = this.#folder;
    const names = folder === undefined ? [] : readdirSync(folder, { recursive: true, encoding: "utf8" });
    const paths = names.map((name) => name.split(sep).join("/"));
    this.#paths = new Set(
      paths.filter((path) => TYPES[extname(path)] !== undefined && !/(^|\/)\./.test(path)),
    );
  }

  get isBuilt(): boolean {
    return this.#folder !== undefined;
  }

  /** The file at a path of the site; a page also without its extension. */
  file(path: string): Promise<SiteFile> | undefined {
    const wanted = path === "" ? "index.html" : path.replace(/\/$/, "/index.html");
    const name = [wanted, `${wanted}.html`].find((candidate) => this.#paths.has(candidate));
    if (name === undefined || this.#folder === undefined) return undefined;
    const known = this.#read.get(name) ?? readSiteFile(this.#folder, name);
    this.#read.set(name, known);
    return known;
  }
}

async function readSiteFile(folder: string, name: string): Promise<SiteFile> {
  const bytes = new Uint8Array(await readFile(join(folder, name)));
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  return { bytes, type: TYPES[extname(relative(folder, name))] ?? "text/plain", etag: `"${hash}"` };
}
