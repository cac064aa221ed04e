import { serve } from "@hono/node-server";
import { contract, createServer, type Handlers } from "@workspace-api/server";
import { Hono } from "hono";

import { createSandbox } from "../../sandbox/src/create-sandbox.js";
import { seedSandbox } from "../../sandbox/src/seed/index.js";
import { serveSandbox } from "../../sandbox/src/serve.js";
import { page, task } from "./sample.js";
import type { Ready } from "./served.js";

/** One of the servers that are compared; see `startServer`. It ends when its parent lets go of it. */
const [kind] = process.argv.slice(2);
const ready = kind === "sandbox" ? await sandbox() : await plain(kind === "contract" ? stubs() : bare());
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
process.once("disconnect", () => process.exit());
process.send?.(ready);

/** The whole sandbox, as it is but for the limits. */
async function sandbox(): Promise<Ready> {
  const databaseUrl = process.env["DATABASE_URL"];
  const made = await createSandbox({
    rateLimits: false,
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  const { apiKey } = await seedSandbox(made.database, { seed: 1, clock: made.clock });
  const { url } = await serveSandbox(made, { port: 0 });
  return { url, token: apiKey };
}

/** What answers requests; Hono is one, and so is the generated server. */
interface Web {
  fetch(request: Request): Response | Promise<Response>;
}

/** The answers by hand, without any check. */
function bare(): Hono {
  const app = new Hono();
  const tasks = `${contract.basePath}/workspaces/:workspaceId/tasks`;
  app.get(tasks, (c) => c.json(page));
  app.get(`${tasks}/:taskId`, (c) => c.json(task));
  app.post(tasks, async (c) => c.json({ ...task, ...(await c.req.json()) }, 201));
  return app;
}

/** The same answers, behind the generated contract, which does the routing by itself. */
function stubs(): Web {
  const stubbed: Pick<Handlers<object>, "listTasks" | "fetchTask" | "createTask"> = {
    listTasks: () => ({ status: 200, body: page }),
    fetchTask: () => ({ status: 200, body: task }),
    createTask: ({ body }) => ({ status: 201, body: { ...task, title: body.title } }),
  };
  const refuse = (): never => {
    throw new Error("Only three operations are measured.");
  };
  const all = new Proxy(stubbed, { get: (own, id) => Reflect.get(own, id) ?? refuse });
  // The proxy has a function for every operation.
  const answer = createServer(all as Handlers<object>, { context: () => ({}) });
  return { fetch: answer };
}

function plain(app: Web): Promise<Ready> {
  return new Promise((resolve) => {
    serve({ fetch: (request) => app.fetch(request), port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}` }),
    );
  });
}
