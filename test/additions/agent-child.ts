import { AgentWorker } from "../../generated/client/src/additions/agent.js";
import { WorkspaceClient } from "../../generated/client/src/index.js";

/** A worker in a process of its own: `tsx agent-child.ts URL patient|deaf`. */
const [, , url = "", kind] = process.argv;
const workspace = new WorkspaceClient({ baseUrl: `${url}/api/v1`, auth: "oauth_token", rateLimit: false });
const worker = new AgentWorker(
  workspace,
  {
    agentId: "agt_fixer",
    name: "child",
    mode: "cloud",
    waitSeconds: 0,
    pollMs: 50,
    graceMs: kind === "deaf" ? 50 : 60_000,
  },
  async (_session, run) => {
    await run.report({ type: "progress", text: "Begun." });
    // Somebody answers once the process has been told to end.
    return kind === "deaf" ? new Promise<string>(() => {}) : run.ask("Go on?");
  },
);
await worker.run();
