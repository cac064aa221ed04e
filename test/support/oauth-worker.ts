import { createOAuthFor } from "../../templates/client/src/oauth/create-oauth.js";
import { createFileStore } from "../../templates/client/src/oauth/file-store.js";
import { call } from "../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../templates/client/src/runtime/create-runtime.js";

/** A process of its own that calls an API so many times, with tokens from a file: `oauth-worker.ts URL FILE ROUNDS`. */
const [url = "", file = "", rounds = "1"] = process.argv.slice(2);

const oauth = createOAuthFor(
  { tokenUrl: `${url}/token`, scopes: [], agent: "worker/1" },
  { clientId: "app", redirectUri: "https://app.example/callback", store: createFileStore(file) },
);
const retry = {
  statuses: [],
  delay: [],
  backoff: { initialMs: 1, maxMs: 1, factor: 1, jitter: "full" },
  maxAttempts: 1,
} as const;
const api = createRuntime(
  {
    name: "worker",
    version: "1",
    securitySchemes: { oauth: { kind: "oauth" } },
    policy: { windows: [], refusalStatus: 429, retry },
    defaults: {},
  },
  { baseUrl: `${url}/api`, auth: oauth.token },
);

for (let round = 0; round < Number(rounds); round++) {
  await call(api, { id: "read", method: "GET", path: "/things", security: [["oauth"]] }, {});
}
