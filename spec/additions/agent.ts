export { AgentWorker } from "./agent/worker.js";
export type { AgentWorkspace, WorkerEvent, WorkerOptions } from "./agent/options.js";
export type { ActivityReport, SessionHandler, SessionRun } from "./agent/session-run.js";
export { SessionEndedError, type SessionEnd } from "./agent/lease.js";
