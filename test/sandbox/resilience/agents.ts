import { expect } from "vitest";

import { agents } from "../../../sandbox/src/database/schema.js";
import type { Db } from "../../../sandbox/src/database/open.js";

/** Sends a request with a body, and reads the answer. */
export type Send = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface Granted {
  readonly sessionId: string;
  readonly claimId: string;
  readonly token: string;
}

const SESSIONS = "/workspaces/current/agent-sessions";
export const AGENT = "agt_tests";

export async function addAgent(db: Db, createdAt: Date): Promise<void> {
  await db.insert(agents).values({ agentId: AGENT, workspaceId: "w_northwind", name: "Tests", createdAt });
}

/** Registers a worker for sessions in the cloud, and gives its id. */
export async function addWorker(send: Send, name: string): Promise<string> {
  const path = `/workspaces/current/agents/${AGENT}/workers`;
  const { status, body } = await send("POST", path, { name, mode: "cloud" });
  expect(status).toBe(201);
  return (body as { workerId: string }).workerId;
}

export async function addSession(send: Send, prompt: string): Promise<string> {
  const { status, body } = await send("POST", SESSIONS, { agentId: AGENT, executionMode: "cloud", prompt });
  expect(status).toBe(201);
  return (body as { sessionId: string }).sessionId;
}

export async function fetchSession(
  send: Send,
  sessionId: string,
): Promise<{ state: string; activeClaimId: string | null }> {
  const { body } = await send("GET", `${SESSIONS}/${sessionId}`);
  return body as { state: string; activeClaimId: string | null };
}

/** Claims a session for a worker; undefined where somebody else has it, or had it. */
export async function claim(send: Send, sessionId: string, workerId: string): Promise<Granted | undefined> {
  const { status, body } = await send("POST", `${SESSIONS}/${sessionId}/claims`, { workerId });
  if (status === 201) return { sessionId, ...(body as { claimId: string; token: string }) };
  const { code } = body as { code: string };
  expect([status, code]).toEqual([
    409,
    expect.stringMatching(/^session_(already_claimed|state_invalid)$/) as string,
  ]);
  return undefined;
}

/** Says that a session is done; the status and the code of the answer. */
export async function complete(
  send: Send,
  { sessionId, claimId, token }: Granted,
  summary = "Done.",
): Promise<{ status: number; code: string | undefined }> {
  const path = `${SESSIONS}/${sessionId}/claims/${claimId}/complete`;
  const { status, body } = await send("POST", path, { token, summary });
  return { status, code: (body as { code?: string }).code };
}

export async function retry(send: Send, sessionId: string): Promise<number> {
  return (await send("POST", `${SESSIONS}/${sessionId}/retry`)).status;
}
