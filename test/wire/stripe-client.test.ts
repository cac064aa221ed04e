import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { json, serve } from "../support/api-server.js";
import { buildPackage, sharedSpec } from "../support/build.js";
import { scratchFolder } from "../support/scratch.js";

interface Customers {
  list(query: object): Promise<unknown>;
  create(body: object): Promise<unknown>;
}
interface Module {
  AcmeClient: new (options: object) => {
    customers: Customers;
    files: { create(body: object): Promise<unknown> };
  };
}

// To run this, put the specs of other teams into ../shared/specs, or name their folder in SPECWRIGHT_SPECS.
it.skipIf(!existsSync(sharedSpec("stripe.json")))(
  "nested forms, expansions and filters arrive as Stripe reads them",
  async () => {
    const folder = join(scratchFolder(), "package");
    await buildPackage(sharedSpec("stripe.json"), folder);
    const { AcmeClient }: Module = await import(join(folder, "src", "index.ts"));
    const server = await serve((_, response) => json(response, 200, {}));
    // Uploads have a server of their own, which the test stands in for as well.
    const reroute = (url: string | URL, init?: RequestInit): Promise<Response> => {
      const { pathname, search } = new URL(url);
      return fetch(server.url + pathname + search, init);
    };
    const client = new AcmeClient({ baseUrl: server.url, auth: { basicAuth: "sk_test" }, fetch: reroute });
    await client.customers.list({ created: { gte: 5 }, expand: ["data.subscriptions", "data.sources"] });
    await client.customers.create({
      metadata: { k: "v", "a b": "c&d" },
      expand: ["x"],
      address: { line1: "1 St" },
      preferred_locales: ["en", "sv"],
    });
    await client.files.create({
      purpose: "dispute_evidence",
      file: new File(["bytes"], "e.png", { type: "image/png" }),
    });
    const [list, create, upload] = server.received;
    expect(decodeURIComponent(list?.url ?? "")).toBe(
      "/v1/customers?created[gte]=5&expand[]=data.subscriptions&expand[]=data.sources",
    );
    expect(list?.body.length).toBe(0);
    expect(create?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect([...new URLSearchParams(String(create?.body))]).toEqual([
      ["metadata[k]", "v"],
      ["metadata[a b]", "c&d"],
      ["expand[]", "x"],
      ["address[line1]", "1 St"],
      ["preferred_locales[]", "en"],
      ["preferred_locales[]", "sv"],
    ]);
    const form = await new Response(new Uint8Array(upload?.body ?? []), {
      headers: { "content-type": upload?.headers["content-type"] ?? "" },
    }).formData();
    const file = form.get("file");
    expect(form.get("purpose")).toBe("dispute_evidence");
    expect(file instanceof File && [file.name, file.type, await file.text()]).toEqual([
      "e.png",
      "image/png",
      "bytes",
    ]);
  },
);
