import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { expect, it } from "vitest";

import { json, serve, type TestServer } from "../support/api-server.js";
import { sharedSpec } from "../support/build.js";
import { run, specwright } from "../support/cli.js";
import { scratchFolder } from "../support/scratch.js";

/** What the museum's own spec does not say, and may not be edited to say. */
const OVERLAY = `overlay: 1.0.0
info: { title: How often the museum may be asked, version: 1.0.0 }
actions:
  - target: $
    update:
      x-rate-limits:
        per: credential
        windows:
          - { name: burst, limit: 5, window: PT1S }
          - { name: sustained, limit: 8, window: PT3S }
      x-retry: { statuses: [429], delay: [{ header: Retry-After }], maxAttempts: 3 }
`;

interface Museum {
  MuseumClient: new (options: object) => {
    rateLimit: { snapshot(): { name: string; limit: number }[] };
    events: { getSpecialEvent(id: string): Promise<{ eventId: string }> };
  };
}

/** A server that counts sliding windows of the overlay's size by itself. */
function museum(refusals: string[]): Promise<TestServer> {
  const times: number[] = [];
  return serve(({ url }, response) => {
    const now = performance.now();
    const within = (ms: number): number => times.filter((time) => now - time < ms).length;
    if (within(1000) >= 5 || within(3000) >= 8) {
      refusals.push(url);
      return json(response, 429, { type: "about:blank", title: "Too many" }, { "retry-after": "1" });
    }
    times.push(now);
    json(response, 200, { eventId: url.split("/").at(-1) });
  });
}

// To run this, put the specs of other teams into ../shared/specs, or name their folder in SPECWRIGHT_SPECS.
it.skipIf(!existsSync(sharedSpec("museum.yaml")))(
  "the client of another spec keeps to the windows that an overlay gives it",
  async () => {
    const folder = scratchFolder();
    const out = join(folder, "package");
    writeFileSync(join(folder, "limits.overlay.yaml"), OVERLAY);
    const spec = ["--spec", sharedSpec("museum.yaml"), "--out", "package", "--name", "museum-client"];
    const built = await specwright(folder, "build", ...spec, "--overlay", "limits.overlay.yaml");
    expect(built.stderr).toBe("");
    const compiled = await run("npx", ["--no-install", "tsc", "-p", "tsconfig.json"], out);
    expect(compiled.stdout).toBe("");
    const { MuseumClient }: Museum = await import(pathToFileURL(join(out, "dist", "esm", "index.js")).href);

    const refusals: string[] = [];
    const server = await museum(refusals);
    const client = new MuseumClient({ baseUrl: server.url, apiKey: "visitor" });
    expect(client.rateLimit.snapshot().map(({ name, limit }) => `${limit} ${name}`)).toEqual([
      "5 burst",
      "8 sustained",
    ]);
    const ids = Array.from({ length: 13 }, (_, index) => `event-${index}`);
    const begun = performance.now();
    const events = await Promise.all(ids.map((id) => client.events.getSpecialEvent(id)));
    expect(events.map(({ eventId }) => eventId)).toEqual(ids);
    expect(refusals).toEqual([]);
    // 5 at once, 3 after a second, 5 when the first window of 3 seconds is over; those of a burst may overtake each other.
    const arrived = server.received.map(({ url }) => url.split("/").at(-1) ?? "");
    for (const [start, end] of [
      [0, 5],
      [5, 8],
      [8, 13],
    ]) {
      expect(new Set(arrived.slice(start, end))).toEqual(new Set(ids.slice(start, end)));
    }
    expect(performance.now() - begun).toBeGreaterThan(3000);
  },
);
