import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const AUTOCANNON = resolve("scripts/bench/node_modules/autocannon/autocannon.js");
const CONNECTIONS = 50;

/** A request that is sent again and again. */
export interface Shot {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly token?: string | undefined;
  readonly body?: object | undefined;
}

/** What a server did under load. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** What autocannon tells, as far as it is used. */
interface Report {
  readonly requests: { readonly average: number; readonly total: number };
  readonly latency: { readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
}

/** Sends a request from 50 connections at once, from a process of its own. @throws Error when any of them fails. */
export async function load({ method, url, token, body }: Shot, seconds: number): Promise<Load> {
  const headers = [
    ...(token === undefined ? [] : ["-H", `Authorization=Bearer ${token}`]),
    ...(body === undefined ? [] : ["-H", "Content-Type=application/json", "-b", JSON.stringify(body)]),
  ];
  const args = ["-c", String(CONNECTIONS), "-d", String(seconds), "-m", method, ...headers, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [AUTOCANNON, ...args, "--no-progress", url]);
  const { requests, latency, non2xx, errors }: Report = JSON.parse(stdout);
  if (non2xx > 0 || errors > 0)
    throw new Error(`${method} ${url}: ${non2xx} answers were no success, and ${errors} requests failed.`);
  return { requests: requests.total, perSecond: requests.average, p99Ms: latency.p99 };
}
