import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { buildPackage, buildServer, sharedSpec } from "../support/build.js";
import { serveFetch } from "../support/fetch-server.js";
import { scratchFolder } from "../support/scratch.js";

interface Input {
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
  readonly fail: (status: number, message: string) => never;
}
interface ServerModule {
  createServer(handlers: object, options: object): (request: Request) => Promise<Response>;
}
interface ClientModule {
  AcmeClient: new (options: object) => {
    operations: { listMuseumHours(query: object): Promise<unknown> };
    events: {
      createSpecialEvent(body: object): Promise<unknown>;
      getSpecialEvent(id: string): Promise<unknown>;
      deleteSpecialEvent(id: string): Promise<unknown>;
    };
    tickets: { getCode(id: string): Promise<Blob> };
  };
}

const ID = "f3e0e76e-e4a8-466e-ab9c-ae36c15b8e97";
const EVENT = {
  name: "Night",
  location: "Hall",
  eventDescription: "Late",
  dates: ["2026-03-02"],
  price: 5,
};

// To run this, put the specs of other teams into ../shared/specs, or name their folder in SPECWRIGHT_SPECS.
it.skipIf(!existsSync(sharedSpec("museum.yaml")))(
  "both sides of another team's spec, each generated, understand each other",
  async () => {
    const home = scratchFolder();
    await buildServer(sharedSpec("museum.yaml"), join(home, "server"));
    await buildPackage(sharedSpec("museum.yaml"), join(home, "client"));
    const { createServer }: ServerModule = await import(join(home, "server", "src", "index.ts"));
    const { AcmeClient }: ClientModule = await import(join(home, "client", "src", "index.ts"));
    const queries: unknown[] = [];
    const events = new Map<unknown, object>();
    const notUsed = async () => ({ status: 204 });
    const handlers = {
      getMuseumHours: async ({ query }: Input) => {
        queries.push(query);
        return { status: 200, body: [{ date: "2026-03-02", timeOpen: "09:00", timeClose: "18:00" }] };
      },
      createSpecialEvent: async ({ body }: Input) => {
        const event = { ...Object(body), eventId: ID };
        events.set(ID, event);
        return { status: 201, body: event };
      },
      getSpecialEvent: async ({ path, fail }: Input) => {
        const body = events.get(path["eventId"]) ?? fail(404, "There is no such event.");
        return { status: 200, body };
      },
      deleteSpecialEvent: async ({ path }: Input) => {
        events.delete(path["eventId"]);
        return { status: 204 };
      },
      getTicketCode: async () => ({ status: 200, body: new Blob(["png"], { type: "image/png" }) }),
      listSpecialEvents: notUsed,
      updateSpecialEvent: notUsed,
      buyMuseumTickets: notUsed,
    };
    const server = await serveFetch(
      createServer(handlers, { context: () => ({}), basePath: "", checkResponses: true }),
    );
    const auth = { MuseumPlaceholderAuth: { username: "a", password: "b" } };
    const client = new AcmeClient({ baseUrl: server.url, auth, maxRetries: 0 });
    await client.operations.listMuseumHours({ startDate: "2026-03-02" });
    expect(queries).toEqual([{ startDate: "2026-03-02", page: 1, limit: 10 }]);
    await expect(client.operations.listMuseumHours({ limit: 31 })).rejects.toMatchObject({ status: 400 });
    expect(await client.events.createSpecialEvent(EVENT)).toEqual({ ...EVENT, eventId: ID });
    await expect(client.events.createSpecialEvent({ ...EVENT, price: "five" })).rejects.toMatchObject({
      status: 400,
    });
    expect(await client.events.getSpecialEvent(ID)).toMatchObject(EVENT);
    await client.events.deleteSpecialEvent(ID);
    await expect(client.events.getSpecialEvent(ID)).rejects.toMatchObject({ status: 404 });
    expect(await (await client.tickets.getCode(ID)).text()).toBe("png");
    expect(server.errors).toEqual([]);
  },
);
