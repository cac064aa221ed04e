import {
  AgentWorker,
  type SessionHandler,
  type WorkerEvent,
  type WorkerOptions,
} from "../../generated/client/src/additions/agent.js";
import { WorkspaceClient } from "../../generated/client/src/index.js";
import type { Clock } from "../../generated/client/src/runtime/clock.js";
import { AgentServer } from "./agent-server.js";

const START = Date.parse("2026-03-02T09:30:00Z");

/** A clock that goes from timer to timer while nothing is under way on the network. */
class SteppingClock implements Clock {
  time = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  step(): void {
    const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
    if (!next) return;
    this.#timers.delete(next);
    this.time = Math.max(this.time, next.at);
    next.callback();
  }
}

/** A worker against a server, and how time goes for both. */
export interface AgentWorld {
  readonly clock: SteppingClock;
  readonly server: AgentServer;
  readonly events: WorkerEvent[];
  worker(handler: SessionHandler, options?: Partial<WorkerOptions>): AgentWorker;
  /** Lets time go on until something is so. */
  until(isSo: () => boolean): Promise<void>;
}

export async function agentWorld(): Promise<AgentWorld> {
  const clock = new SteppingClock();
  const server = await new AgentServer(() => START + clock.time).start();
  const events: WorkerEvent[] = [];
  let underWay = 0;
  const counted = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    underWay += 1;
    try {
      const response = await fetch(input, init);
      const body = response.body && (await response.arrayBuffer());
      return new Response(body, response);
    } finally {
      underWay -= 1;
    }
  };
  const workspace = new WorkspaceClient({
    baseUrl: `${server.url}/api/v1`,
    auth: "oauth_token",
    rateLimit: false,
    fetch: counted,
    maxRetries: 0,
  });
  /** Until nothing has been under way for a few turns of the event loop. */
  const quiet = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (underWay > 0) turns = 0;
    }
  };
  return {
    clock,
    server,
    events,
    worker: (handler, options) =>
      new AgentWorker(
        workspace,
        {
          agentId: "agt_fixer",
          name: "laptop",
          mode: "local",
          clock,
          onEvent: (event) => events.push(event),
          ...options,
        },
        handler,
      ),
    async until(isSo) {
      for (;;) {
        await quiet();
        if (isSo()) return;
        clock.step();
      }
    },
  };
}
