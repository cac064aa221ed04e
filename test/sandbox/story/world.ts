import { createServer, type Server } from "node:http";

import { WorkspaceClient, type WorkspaceClientOptions } from "@workspace-api/client";
import { createOAuth, registerClient, type OAuth } from "@workspace-api/client/oauth";
import { toNodeListener } from "@workspace-api/client/webhooks";
import { contract } from "@workspace-api/server";

import { createClock, type Clock } from "../../../sandbox/src/clock.js";
import { createSandbox } from "../../../sandbox/src/create-sandbox.js";
import { agents } from "../../../sandbox/src/database/schema.js";
import { seedSandbox } from "../../../sandbox/src/seed/index.js";
import { serveSandbox } from "../../../sandbox/src/serve.js";
import { openEmbedded } from "../../support/databases.js";
import { decideOn } from "./browser.js";

/** A minute of the sandbox is two seconds here. */
export const FACTOR = 30;

const REDIRECT_URI = "http://127.0.0.1/signed-in";

/** The sandbox on a port, with an agent, and all that it answered. */
export interface StoryWorld {
  readonly url: string;
  readonly baseUrl: string;
  readonly agentId: string;
  /** The status of each answer of the API. */
  readonly statuses: number[];
  /** Answers that the spec does not allow, and others that failed. */
  readonly faults: unknown[];
  /** A member signs in to an app that has registered itself; they are found by what the page says of them. */
  signIn(person: string): Promise<OAuth>;
  /** The client as it is: only where the server is, and who calls. */
  client(oauth: OAuth, options?: WorkspaceClientOptions): WorkspaceClient;
  /** Lets time pass for the sandbox. */
  pass(ms: number): void;
  close(): Promise<void>;
}

/** All limits hold, and every response is checked against the spec. */
export async function startStory(): Promise<StoryWorld> {
  const clock = createJumpingClock();
  const database = await openEmbedded();
  const statuses: number[] = [];
  const faults: unknown[] = [];
  const sandbox = await createSandbox({ database, clock, checkResponses: true });
  const { workspaceId } = await seedSandbox(database, { seed: 1, clock });
  const agentId = "agt_story";
  await database.db
    .insert(agents)
    .values({ agentId, workspaceId, name: "Story agent", createdAt: clock.now() });
  const served = await serveSandbox(
    {
      ...sandbox,
      async answer(request) {
        try {
          const response = await sandbox.answer(request);
          if (new URL(request.url).pathname.startsWith(contract.basePath)) statuses.push(response.status);
          return response;
        } catch (error) {
          faults.push(error);
          throw error;
        }
      },
    },
    { port: 0 },
  );
  const baseUrl = served.url + contract.basePath;
  return {
    url: served.url,
    baseUrl,
    agentId,
    statuses,
    faults,
    async signIn(person) {
      const server = { issuer: served.url, baseUrl };
      const app = await registerClient({ ...server, clientName: "Story", redirectUris: [REDIRECT_URI] });
      const oauth = createOAuth({ ...app, ...server, redirectUri: REDIRECT_URI });
      const started = await oauth.start();
      await oauth.finish(await decideOn(started.url, { person, button: "allow" }), started);
      return oauth;
    },
    client: (oauth, options = {}) => new WorkspaceClient({ baseUrl, auth: oauth.token, ...options }),
    pass: clock.pass,
    async close() {
      await served.close();
      await sandbox.close();
      await database.close();
    },
  };
}

/** A fast clock that can also be set forward. */
function createJumpingClock(): Clock & { pass(ms: number): void } {
  const clock = createClock(FACTOR);
  let passed = 0;
  return {
    ...clock,
    now: () => new Date(clock.now().getTime() + passed),
    pass: (ms) => void (passed += ms),
  };
}

/** Serves a handler of webhooks by Node's own server, on a free port. */
export async function receive(
  handler: (request: Request) => Promise<Response>,
): Promise<{ url: string; close: () => void }> {
  const server: Server = createServer(toNodeListener(handler));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
