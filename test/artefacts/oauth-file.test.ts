import { writeFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { buildPackage } from "../support/build.js";
import { compileErrors } from "../support/compile.js";
import { scratchFolder } from "../support/scratch.js";

/** Builds a client for an API with one OAuth scheme, and gives back where it is. */
async function clientFor(flows: object, servers: readonly { url: string }[]): Promise<string> {
  const folder = scratchFolder();
  const spec = join(folder, "spec.json");
  const security = [{ signIn: [] }];
  const responses = { 204: { description: "Nothing." } };
  const document = {
    openapi: "3.1.0",
    info: { title: "Acme */ API", version: "2" },
    servers,
    paths: { "/things": { get: { operationId: "listThings", security, responses } } },
    components: { securitySchemes: { signIn: { type: "oauth2", flows } } },
  };
  writeFileSync(spec, JSON.stringify(document));
  const out = join(folder, "client");
  await buildPackage(spec, out);
  return out;
}

it("has an entry for signing in where the spec has an authorization-code flow, with the spec's endpoints", async () => {
  const authorizationCode = {
    authorizationUrl: "https://api.acme.example/sign-in?tenant=a",
    tokenUrl: "https://auth.acme.example/token",
    refreshUrl: "/refresh",
    scopes: { "read */ \u2028": "Read */ all", __proto__: "x" },
  };
  const out = await clientFor({ authorizationCode }, [{ url: "https://api.acme.example/v1" }]);
  const entry = readFileSync(join(out, "src/oauth.ts"), "utf8");
  expect(entry).toContain('authorizationUrl: "/sign-in?tenant=a"');
  expect(entry).toContain('tokenUrl: "https://auth.acme.example/token"');
  expect(entry).toContain('refreshUrl: "/refresh"');
  const manifest: unknown = JSON.parse(readFileSync(join(out, "package.json"), "utf8"));
  expect(manifest).toMatchObject({ dependencies: { oauth4webapi: "3.8.8" }, exports: { "./oauth": {} } });
  expect(
    compileErrors(
      out,
      'import { createOAuth } from "./src/oauth.js"; createOAuth({ clientId: "a", redirectUri: "b" });\n',
    ),
  ).toEqual([]);
});

it("needs no server and no scopes", async () => {
  const urls = { authorizationUrl: "https://a.example/", tokenUrl: "https://a.example/token" };
  const out = await clientFor({ authorizationCode: { ...urls, scopes: {} } }, [{ url: "/v1" }]);
  expect(readFileSync(join(out, "src/oauth.ts"), "utf8")).toContain("export type OAuthScope = string;");
});

it("has none where nobody signs in", async () => {
  const out = await clientFor({ clientCredentials: { tokenUrl: "https://a.example/token", scopes: {} } }, []);
  expect(existsSync(join(out, "src/oauth.ts"))).toBe(false);
  expect(existsSync(join(out, "src/oauth"))).toBe(false);
  expect(readFileSync(join(out, "package.json"), "utf8")).not.toContain("oauth");
});
