import { asc, gt } from "drizzle-orm";
import { afterAll, beforeAll } from "vitest";

import type { Database } from "../../../sandbox/src/database/open.js";
import { events } from "../../../sandbox/src/database/schema.js";
import { startSandbox, type CallOptions, type TestSandbox } from "../../support/sandbox.js";

/** What tests of the rules ask of a sandbox. */
export interface World {
  readonly sandbox: () => TestSandbox;
  /** Calls an operation of the workspace; as the owner unless told. */
  send(method: string, path: string, options?: CallOptions): Promise<{ status: number; body: unknown }>;
  /** The code that a call is refused with, or else its status. */
  outcome(method: string, path: string, options?: CallOptions): Promise<string | number>;
  /** Creates something and tells its id. */
  make(path: string, body: object, as?: CallOptions["as"]): Promise<string>;
  /** The events since this was last asked, in no particular order: their types and subjects. */
  told(): Promise<string[]>;
}

/** A sandbox for the tests of one file. */
export function world(open: () => Promise<Database>): World {
  let started: TestSandbox | undefined;
  let position = 0;
  const sandbox = (): TestSandbox => {
    if (!started) throw new Error("The sandbox starts before the tests.");
    return started;
  };
  beforeAll(async () => {
    started = await startSandbox({ database: await open() });
  });
  afterAll(() => started?.close());

  const call = async (method: string, path: string, options?: CallOptions): Promise<Response> =>
    sandbox().call(method, `/workspaces/current${path}`, options);
  const send: World["send"] = async (method, path, options) => {
    const response = await call(method, path, options);
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  return {
    sandbox,
    send,
    async outcome(method, path, options) {
      const { status, body } = await send(method, path, options);
      return status < 400 ? status : String(Object(body).code);
    },
    async make(path, body, as = "owner") {
      const response = await call("POST", path, { body, as });
      if (response.status !== 201) throw new Error(`POST ${path}: ${await response.text()}`);
      return response.headers.get("location")?.split("/").at(-1) ?? "";
    },
    async told() {
      const { db } = sandbox().database;
      const rows = await db
        .select()
        .from(events)
        .where(gt(events.position, position))
        .orderBy(asc(events.position));
      position = rows.at(-1)?.position ?? position;
      return rows.map(({ type, subject }) => `${type} ${subject}`).toSorted();
    },
  };
}
