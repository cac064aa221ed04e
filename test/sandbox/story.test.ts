import { randomBytes } from "node:crypto";

import type { RuntimeEvent, Task, WorkspaceClient } from "@workspace-api/client";
import { AgentWorker, type WorkerEvent } from "@workspace-api/client/agent";
import { createWebhookHandler } from "@workspace-api/client/webhooks";
import { afterAll, beforeAll, expect, it } from "vitest";

import { HOUR } from "../../sandbox/src/clock.js";
import { FACTOR, receive, startStory, type StoryWorld } from "./story/world.js";

let world: StoryWorld;
beforeAll(async () => {
  world = await startStory();
});
afterAll(() => world.close());

it("goes from signing in to a finished agent session, by the client as it is", async () => {
  const events: RuntimeEvent[] = [];
  const oauth = await world.signIn("owner");
  const client = world.client(oauth, { onEvent: (event) => events.push(event) });
  expect(await client.me.fetch()).toMatchObject({ credential: "oauth" });

  const news = await listen(client);
  const { initiative, parts } = await breakDown(client);
  await discuss(client, initiative, news);
  await illustrate(client, initiative);
  await browse(client, initiative, parts);
  await editTogether(client, parts[0]);
  await delegate(client, initiative, news);
  await outliveToken(client, events);

  await news.heard("task.created", 1 + parts.length);
  news.close();
  expect(world.statuses.filter((status) => status === 429)).toEqual([]);
  expect(world.faults).toEqual([]);
  await oauth.signOut();
  await expect(client.me.fetch(undefined, { cache: false })).rejects.toMatchObject({
    name: "SignInRequiredError",
  });
});

it("comes through the limits: nothing is refused, and when another uses up the budget, nothing is lost", async () => {
  const oauth = await world.signIn("owner");
  const one = world.client(oauth, { cache: false });
  const careless = world.client(oauth, { cache: false, rateLimit: false });
  const before = world.statuses.length;
  const refused = (): number => world.statuses.slice(before).filter((status) => status === 429).length;
  const calls = (client: WorkspaceClient, count: number): Promise<unknown>[] =>
    Array.from({ length: count }, () => client.me.fetch());

  // Nearly two windows of 40 a minute, at once.
  await Promise.all(calls(one, 75));
  expect(refused()).toBe(0);

  // Now another uses the same budget, and does not keep to it.
  const own = calls(one, 30);
  let others = 0;
  // A slow machine needs more of them.
  do await Promise.all(calls(careless, 50)).then(() => (others += 50));
  while (refused() === 0);
  await Promise.all(own);
  expect(refused()).toBeLessThan(30 + others);
  expect(world.faults).toEqual([]);
});

/** What the webhook brought, verified. */
interface News {
  /** Resolves when something of that kind has been heard of the expected number of times. */
  heard(type: string, count?: number): Promise<readonly string[]>;
  close(): void;
}

/** Subscribes to events. The receiver is out of order when the first comment comes, which therefore comes again. */
async function listen(client: WorkspaceClient): Promise<News> {
  const signingSecret = `whsec_${randomBytes(32).toString("base64")}`;
  const heard: { type: string; subject: string }[] = [];
  const failures: unknown[] = [];
  const waiting = new Set<() => void>();
  let attempts = 0;
  const tell = (type: string, subject: string): void => {
    heard.push({ type, subject });
    for (const check of waiting) check();
  };
  const handler = createWebhookHandler(
    { keys: [signingSecret], onError: (error) => failures.push(error) },
    {
      "task.created": ({ type, data }) => tell(type, data.task.taskId),
      "comment.created": ({ type, data }) => {
        attempts += 1;
        if (attempts === 1) throw new Error("out of order");
        tell(type, data.comment.commentId);
      },
      "comment.reaction_added": ({ type, data }) => tell(type, data.resource.id ?? ""),
      "agent_session.updated": ({ data }) => tell(data.agentSession.state, data.agentSession.sessionId),
    },
  );
  const receiver = await receive(handler);
  const webhook = await client.webhooks.create({ url: receiver.url, signingSecret });
  expect(await client.webhooks.verify(webhook.webhookId)).toMatchObject({ verified: true, status: 204 });
  return {
    heard: (type, count = 1) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = heard.filter((news) => news.type === type).map(({ subject }) => subject);
          if (found.length < count) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    close() {
      receiver.close();
      expect(failures).toMatchObject([{ message: "out of order" }]);
    },
  };
}

async function breakDown(client: WorkspaceClient): Promise<{ initiative: Task; parts: Task[] }> {
  const initiative = await client.initiatives.create({
    title: "Checkout without an account",
    description: "Guests shall be able to pay.",
  });
  expect(initiative).toMatchObject({ scope: "initiative", status: "open" });
  const parts: Task[] = [];
  for (const title of ["Form", "Payment", "Receipt", "Mail", "Measure"])
    parts.push(await client.tasks.create({ title, parentTaskId: initiative.taskId, visibility: "team" }));
  const done = await client.tasks.update(parts[4]?.taskId ?? "", { status: "completed" });
  expect(done).toMatchObject({ status: "completed", parentTaskId: initiative.taskId });
  const whole = await client.initiatives.fetch(initiative.taskId, undefined, { cache: "reload" });
  expect(whole.progress).toEqual({ done: 1, total: 5, share: 0.2 });
  return { initiative, parts };
}

async function discuss(client: WorkspaceClient, { taskId }: Task, news: News): Promise<void> {
  const { commentId } = await client.comments.create(taskId, { content: "Which cards do we take?" });
  await client.comments.create(taskId, { content: "All of them.", parentCommentId: commentId });
  const { userId } = await client.me.fetch();
  const reaction = await client.comments.addReaction(taskId, commentId, "🎉");
  expect(reaction).toEqual({ emoji: "🎉", userIds: [userId] });
  expect(await news.heard("comment.created", 2)).toContain(commentId);
  await news.heard("comment.reaction_added");
}

async function illustrate(client: WorkspaceClient, { taskId }: Task): Promise<void> {
  const image = randomBytes(300_000);
  const steps: number[] = [];
  const { fileId, assetUrl } = await client.files.upload(new Blob([image], { type: "image/png" }), {
    name: "sketch.png",
    onProgress: ({ loaded }) => steps.push(loaded),
  });
  expect(steps.at(-1)).toBe(image.length);
  expect(await client.files.fetch(fileId, undefined, { cache: false })).toMatchObject({
    status: "ready",
    mediaType: "image/png",
    size: image.length,
  });
  await client.comments.create(taskId, { content: `![sketch](${assetUrl})` });
  for (const source of [fileId, assetUrl]) {
    const download = await client.files.download(source);
    expect(image.equals(new Uint8Array(await download.arrayBuffer()))).toBe(true);
  }
}

async function browse(client: WorkspaceClient, { taskId }: Task, parts: readonly Task[]): Promise<void> {
  const found: string[] = [];
  for await (const task of client.tasks.list({ parentTaskId: taskId, all: true, limit: 2 }))
    found.push(task.taskId);
  expect(found.toSorted()).toEqual(parts.map((part) => part.taskId).toSorted());
}

/** Two change the same task; the one that is late learns it, and does it again on what there is now. */
async function editTogether(client: WorkspaceClient, task: Task | undefined): Promise<void> {
  const taskId = task?.taskId ?? "";
  const { response } = await client.tasks.fetch(taskId, undefined, { cache: "reload" }).withResponse();
  const first = { headers: { "If-Match": response.headers.get("etag") ?? "" } };
  const { response: changed } = await client.tasks.update(taskId, { topic: "forms" }, first).withResponse();
  const late = await client.tasks.update(taskId, { title: "Guest form" }, first).safe();
  expect(late).toMatchObject({ ok: false, error: { code: "precondition_failed" } });
  const second = { headers: { "If-Match": changed.headers.get("etag") ?? "" } };
  const both = await client.tasks.update(taskId, { title: "Guest form" }, second);
  expect(both).toMatchObject({ title: "Guest form", topic: "forms" });
}

/** A worker takes the session, asks the member, and finishes with what they said. */
async function delegate(client: WorkspaceClient, { taskId }: Task, news: News): Promise<void> {
  const { agentId } = world;
  const queued = await client.agentSessions.create({
    agentId,
    taskId,
    executionMode: "local",
    prompt: "Choose a payment provider.",
  });
  const told: WorkerEvent[] = [];
  const clock = {
    now: () => performance.now() * FACTOR,
    after(ms: number, callback: () => void) {
      const timer = setTimeout(callback, ms / FACTOR);
      return () => clearTimeout(timer);
    },
  };
  const worker: AgentWorker = new AgentWorker(
    client,
    { agentId, name: "desk", mode: "local", clock, pollMs: 20_000, onEvent: (event) => told.push(event) },
    async (_session, run) => {
      await run.report({ type: "plan", steps: [{ text: "Ask", done: false }] });
      const said = await run.ask("Which one?");
      void worker.stop();
      return `Decided: ${said}`;
    },
  );
  // The member is told by the webhook that they are asked.
  const answered = news
    .heard("awaiting_input")
    .then(([asked = ""]) => client.agentSessions.answer(asked, { text: "The one that we have." }));
  await Promise.all([worker.run(), answered]);
  expect(told.map(({ type }) => type)).toEqual(["registered", "claimed", "stopping", "completed", "stopped"]);
  const { sessionId } = queued;
  expect(await client.agentSessions.fetch(sessionId, undefined, { cache: false })).toMatchObject({
    state: "complete",
  });
  const types: string[] = [];
  const texts: unknown[] = [];
  for await (const activity of client.agentSessions.activities.list(sessionId)) {
    types.push(activity.type);
    if (activity.type === "completion") texts.push(activity.text);
  }
  expect(types.toSorted()).toEqual(["completion", "plan"]);
  expect(texts).toEqual(["Decided: The one that we have."]);
}

/** The access token lasts an hour; the client replaces it, and nobody notices. */
async function outliveToken(client: WorkspaceClient, events: readonly RuntimeEvent[]): Promise<void> {
  world.pass(2 * HOUR);
  await Promise.all([client.me.fetch(undefined, { cache: false }), client.tasks.list({ limit: 1 })]);
  expect(events.filter(({ type }) => type === "refresh")).toHaveLength(1);
}
