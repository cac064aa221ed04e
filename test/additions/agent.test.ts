import { describe, expect, it } from "vitest";

import { SessionEndedError, type SessionRun } from "../../generated/client/src/additions/agent.js";
import { isTemporary } from "../../generated/client/src/additions/agent/failures.js";
import { ConnectionError, isApiError, TimeoutError } from "../../generated/client/src/index.js";
import { TokenStoreError } from "../../generated/client/src/oauth.js";
import { agentWorld } from "./agent-world.js";

/** Work that never ends by itself; it notes why it had to. */
function endless(reasons: string[]): (session: object, run: SessionRun) => Promise<string> {
  return (_session, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        reasons.push(signal.reason instanceof SessionEndedError ? signal.reason.code : "?");
        reject(signal.reason);
      });
    });
}

describe("a worker", () => {
  it("registers, claims, reports, completes, and deregisters when it is stopped", async () => {
    const { server, worker, until, events } = await agentWorld();
    server.queue("First.");
    server.queue("Second.");
    const own = worker(async ({ prompt }, run) => {
      await run.report({ type: "progress", text: `On it: ${prompt}` });
      return `Done: ${prompt}`;
    });
    const running = own.run();
    await until(() => server.log.some((line) => line.startsWith("complete ses_2")));
    void own.stop();
    await running;
    expect(server.log).toEqual([
      "register",
      "claim ses_1",
      "report ses_1 On it: First.",
      "complete ses_1 Done: First.",
      "claim ses_2",
      "report ses_2 On it: Second.",
      "complete ses_2 Done: Second.",
      "deregister",
    ]);
    expect(events.map(({ type }) => type)).toEqual([
      "registered",
      "claimed",
      "completed",
      "claimed",
      "completed",
      "stopping",
      "stopped",
    ]);
    expect(JSON.stringify(events)).not.toMatch(/tok_|oauth_token/);
  });

  it("fails a session whose handler throws, and goes on", async () => {
    const { server, worker, until, events } = await agentWorld();
    server.queue();
    server.queue();
    let isFirst = true;
    const own = worker(async () => {
      if (isFirst) {
        isFirst = false;
        throw new Error("The tests do not run.");
      }
    });
    const running = own.run();
    await until(() => server.log.includes("complete ses_2"));
    void own.stop();
    await running;
    expect(server.log).toContain("fail ses_1 The tests do not run.");
    expect(events.find(({ type }) => type === "error")).toMatchObject({
      error: { message: "The tests do not run." },
    });
  });

  it.each([
    ["gives it back", (run: SessionRun) => run.release("Not for me."), "release ses_1 Not for me."],
    ["fails it", (run: SessionRun) => run.fail("No."), "fail ses_1 No."],
    ["completes it", (run: SessionRun) => run.complete("Yes."), "complete ses_1 Yes."],
  ])("says one end only, when the handler %s itself", async (_, end, line) => {
    const { server, worker, until } = await agentWorld();
    server.queue();
    const errors: unknown[] = [];
    const own = worker(async (_session, run) => {
      server.refuse = (call) => (call.startsWith("GET") ? [503, "unavailable"] : undefined);
      // Not awaited: it arrives all the same.
      void end(run);
      for (const again of [run.complete("Again."), run.report({ type: "progress", text: "More." })])
        await again.catch((error: unknown) => errors.push(error));
      return "Too late.";
    });
    const running = own.run();
    await until(() => server.log.includes(line));
    void own.stop();
    await running;
    expect(errors.map(String)).toEqual(Array.from({ length: 2 }, () => expect.stringContaining("already")));
    expect(server.log).toEqual(["register", "claim ses_1", line, "deregister"]);
  });

  it("keeps the claim for as long as the work takes", async () => {
    const { server, worker, until, clock } = await agentWorld();
    server.queue();
    let finish = (): void => {};
    const own = worker(() => new Promise<void>((resolve) => (finish = resolve)));
    const running = own.run();
    await until(() => clock.now() > 1_000_000);
    finish();
    await until(() => server.log.includes("complete ses_1"));
    void own.stop();
    await running;
    expect(server.log.filter((line) => line.startsWith("refused"))).toEqual([]);
  });

  it("stops the work when the claim is lost, and says nothing more for it", async () => {
    const { server, worker, until, events } = await agentWorld();
    server.queue();
    const said: string[] = [];
    const own = worker(async (_session, run) => {
      await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
      // A handler that does not heed it is refused all the same.
      for (const late of [
        run.report({ type: "progress", text: "Late." }),
        run.complete("Late."),
        run.ask("Late?"),
      ])
        await late.catch((error: unknown) =>
          said.push(error instanceof SessionEndedError ? error.code : String(error)),
        );
      return "Late.";
    });
    const running = own.run();
    await until(() => events.some(({ type }) => type === "claimed"));
    server.endClaim("ses_1", "expired");
    await until(() => events.some(({ type }) => type === "lost"));
    void own.stop();
    await running;
    expect(said).toEqual(["lost", "lost", "lost"]);
    expect(events).toContainEqual({ type: "lost", sessionId: "ses_1", reason: "lost" });
    // The one call that was refused is the sign of life that told of the loss.
    expect(server.log).toEqual(["register", "claim ses_1", "refused heartbeat ses_1", "deregister"]);
  });

  it("stops the work before its claim runs out, when the server cannot be reached", async () => {
    const { server, worker, until, events, clock } = await agentWorld();
    server.queue();
    const reasons: string[] = [];
    const own = worker(endless(reasons));
    const running = own.run();
    await until(() => events.some(({ type }) => type === "claimed"));
    server.isDown = true;
    await until(() => events.some(({ type }) => type === "lost"));
    const [claim] = server.claims.values();
    expect(Date.parse("2026-03-02T09:30:00Z") + clock.now()).toBeLessThanOrEqual(claim?.expiresAt ?? 0);
    expect(reasons).toEqual(["expired"]);
    // Back again, it goes on with other work.
    server.isDown = false;
    server.endClaim("ses_1", "expired");
    const next = server.queue();
    await until(() => server.log.includes(`claim ${next.sessionId}`));
    void own.stop();
    await until(() => server.log.includes("deregister"));
    await running;
  });

  it("says the end again after a restart of the server, under one key", async () => {
    const { server, worker, until } = await agentWorld();
    server.queue();
    const own = worker(async () => {
      server.isDown = true;
      return "Done.";
    });
    const running = own.run();
    await until(() => server.keys.length >= 3);
    server.isDown = false;
    await until(() => server.log.includes("complete ses_1 Done."));
    expect(new Set(server.keys).size).toBe(1);
    void own.stop();
    await running;
  });

  it("ends a session that the server cancels, and completes it no more", async () => {
    const { server, worker, until, events } = await agentWorld();
    server.queue();
    const reasons: string[] = [];
    const own = worker(endless(reasons));
    const running = own.run();
    await until(() => events.some(({ type }) => type === "claimed"));
    server.commands = [
      { type: "cancel_session", sessionId: "ses_other" },
      { type: "unheard_of" },
      { type: "cancel_session", sessionId: "ses_1" },
    ];
    await until(() => events.some(({ type }) => type === "lost"));
    void own.stop();
    await running;
    expect(reasons).toEqual(["cancelled"]);
    expect(server.log).toEqual(["register", "claim ses_1", "deregister"]);
  });

  it("lets its work come to an end when the server tells it to stop, and takes no more", async () => {
    const { server, worker, until, clock } = await agentWorld();
    server.queue();
    server.queue();
    let finish = (): void => {};
    const own = worker(() => new Promise<void>((resolve) => (finish = resolve)));
    const running = own.run();
    await until(() => server.log.includes("claim ses_1"));
    server.commands = [{ type: "stop" }];
    await until(() => clock.now() > 500_000);
    finish();
    await until(() => server.log.includes("deregister"));
    await running;
    expect(server.log).toEqual(["register", "claim ses_1", "complete ses_1", "deregister"]);
  });

  it.each([
    ["heeds its signal", endless([])],
    ["does not", () => new Promise<string>(() => {})],
  ])("gives work back that takes longer than the grace, from a handler that %s", async (_, handler) => {
    const { server, worker, until } = await agentWorld();
    server.queue();
    const own = worker(handler);
    const running = own.run();
    await until(() => server.log.includes("claim ses_1"));
    void own.stop();
    await until(() => server.log.includes("deregister"));
    await running;
    expect(server.log).toEqual(["register", "claim ses_1", "release ses_1 The worker stops.", "deregister"]);
  });

  it("gives a session back whose claim arrives while it stops", async () => {
    const { server, worker, until } = await agentWorld();
    server.queue();
    let runs = 0;
    const own = worker(async () => void (runs += 1));
    server.refuse = (call) => {
      if (call === "POST claims") void own.stop();
      return undefined;
    };
    const running = own.run();
    await until(() => server.log.includes("deregister"));
    await running;
    expect(runs).toBe(0);
    expect(server.log).toEqual(["register", "claim ses_1", "release ses_1 The worker stops.", "deregister"]);
  });

  it("registers again when the server does not know it", async () => {
    const { server, worker, until } = await agentWorld();
    const own = worker(async () => {});
    const running = own.run();
    await until(() => server.calls.includes("POST heartbeat"));
    server.workers.clear();
    await until(() => server.workers.size > 0);
    server.queue();
    await until(() => server.log.some((line) => line.startsWith("complete")));
    void own.stop();
    await running;
    expect(server.log.filter((line) => line === "register")).toHaveLength(2);
  });

  it("goes on when others were first, when it is busy, and when the server fails for a while", async () => {
    const { server, worker, until, events } = await agentWorld();
    const refusals: [number, string][] = [
      [409, "session_already_claimed"],
      [404, "session_not_found"],
      [409, "worker_busy"],
      [503, "unavailable"],
      [500, "internal_error"],
    ];
    server.refuse = (call) => (call === "POST claims" ? refusals.shift() : undefined);
    server.queue();
    const own = worker(async () => {});
    const running = own.run();
    await until(() => server.log.includes("complete ses_1"));
    void own.stop();
    await running;
    expect(refusals).toEqual([]);
    expect(events.filter(({ type }) => type === "error")).toHaveLength(2);
  });

  it.each([new TokenStoreError("The disk is full."), new ConnectionError("away"), new TimeoutError("late")])(
    "takes %s for something that passes",
    (error) => {
      expect(isTemporary(error)).toBe(true);
    },
  );

  it.each([
    ["the agent is unknown", { agentId: "agt_other" }, undefined, "agent_not_found"],
    ["the credential may not", {}, [403, "permission_denied"] as [number, string], "permission_denied"],
    [
      "the token is no longer good",
      {},
      [401, "credential_invalid"] as [number, string],
      "credential_invalid",
    ],
  ])("gives up when %s", async (_, options, refusal, code) => {
    const { server, worker } = await agentWorld();
    server.refuse = (call) => (call === "GET agent-sessions" ? refusal : undefined);
    const error: unknown = await worker(async () => {}, options)
      .run()
      .catch((reason: unknown) => reason);
    expect(isApiError(error) && error.code).toBe(code);
  });

  it("waits for the user's answer, and keeps the claim meanwhile", async () => {
    const { server, worker, until, clock } = await agentWorld();
    const session = server.queue();
    const own = worker(async (_session, run) => `The user says: ${await run.ask("May I?")}`);
    const running = own.run();
    await until(() => session.state === "awaiting_input" && clock.now() > 400_000);
    Object.assign(session, { state: "active", answer: "Yes." });
    await until(() => server.log.some((line) => line.startsWith("complete")));
    void own.stop();
    await running;
    expect(server.log).toContain("complete ses_1 The user says: Yes.");
  });

  it("asks for work at once when it is woken", async () => {
    const { server, worker, clock } = await agentWorld();
    const own = worker(async () => {}, { pollMs: 3_600_000 });
    const running = own.run();
    const asked = async (times: number): Promise<void> => {
      while (server.calls.filter((call) => call === "GET agent-sessions").length < times)
        await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await asked(1);
    const { sessionId } = server.queue();
    own.wake();
    while (!server.log.includes(`complete ${sessionId}`))
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(clock.now()).toBe(0);
    await own.stop();
    await running;
  });
});
