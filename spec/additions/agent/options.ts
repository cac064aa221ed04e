import type { WorkspaceClient } from "../../client.js";
import type { Clock } from "../../runtime/clock.js";
import type { ExecutionMode } from "../../types.js";
import type { SessionEnd } from "./lease.js";
import type { Ending } from "./session-run.js";

/** The parts of a client that a worker uses. It must be signed in with OAuth: API keys cannot run agents. */
export type AgentWorkspace = Pick<WorkspaceClient, "workers" | "agentSessions">;

/** Options of an `AgentWorker`. Times are milliseconds. */
export interface WorkerOptions {
  /** The agent that it runs. */
  readonly agentId: string;
  /** What it is called, such as the name of the machine: the same name finds the same worker again. */
  readonly name: string;
  /** `local`: on its owner's machine, for them alone; `cloud`: for the workspace. */
  readonly mode: ExecutionMode;
  /** The time between two signs of life, of the worker and of a claim; 30 seconds unless given. */
  readonly heartbeatMs?: number | undefined;
  /** How long the server may hold back an answer that there is no work, in seconds up to 25; 20 unless given. */
  readonly waitSeconds?: number | undefined;
  /** The time between two questions for work, and between tries of what failed; 5 seconds unless given. */
  readonly pollMs?: number | undefined;
  /** How long a session may go on after `stop()`; 20 seconds unless given. */
  readonly graceMs?: number | undefined;
  /** The signals of the process that stop the worker, on Node; SIGTERM and SIGINT unless given. */
  readonly signals?: readonly string[] | undefined;
  /** Is told what happens. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
  /** Another clock, for tests. */
  readonly clock?: Clock | undefined;
}

/** What happens to a worker. */
export type WorkerEvent =
  | { readonly type: "registered"; readonly workerId: string }
  | { readonly type: "claimed" | Ending; readonly sessionId: string }
  /** The session may no longer be run: its handler's signal has ended, and nothing more is said for it. */
  | { readonly type: "lost"; readonly sessionId: string; readonly reason: SessionEnd }
  /** A call failed, which is tried again, or a handler, which ends its session. */
  | { readonly type: "error"; readonly error: unknown }
  | { readonly type: "stopping" | "stopped" };
