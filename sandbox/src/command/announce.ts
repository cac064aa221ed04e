import { contract } from "@workspace-api/server";

import type { Seeded } from "../seed/index.js";

export interface Started {
  /** Where it is, as in `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly seeded: Seeded;
  /** What is told of where the data are and how time goes, each under a name. */
  readonly parts: readonly (readonly [name: string, text: string])[];
}

/** What a program reads: one line of JSON. */
export function readyLine({ url, seeded: { apiKey, ...rest } }: Started): string {
  return JSON.stringify({ ready: true, url, baseUrl: url + contract.basePath, apiKey, ...rest });
}

/** What a person reads: where everything is, and how to try it at once. */
export function announcement({ url, seeded, parts }: Started): string {
  const { apiKey, otherApiKey, accessToken, oauth } = seeded;
  const baseUrl = url + contract.basePath;
  const lines = [
    ["Docs", `${url}/`],
    ["Status", `${url}/_sandbox (requests, limits, webhooks)`],
    ["API", baseUrl],
    ["API key", `${apiKey} (workspace ${seeded.workspaceId})`],
    ["Another", `${otherApiKey} (of a workspace that sees nothing of the first)`],
    ["OAuth", `client_id=${oauth.clientId} (public, PKCE); ${oauth.redirectUris.join(" or ")}, any port`],
    ...parts,
  ];
  return [
    `The sandbox is ready at ${url}`,
    "",
    ...lines.map(([name = "", text]) => `  ${name.padEnd(9)} ${text}`),
    "",
    "Try it in another terminal:",
    `  export WORKSPACE_BASE_URL=${baseUrl}`,
    `  export WORKSPACE_API_KEY=${apiKey}`,
    `  export WORKSPACE_ACCESS_TOKEN=${accessToken}    # of u_ada, good for an hour`,
    '  curl "$WORKSPACE_BASE_URL/me" -H "Authorization: Bearer $WORKSPACE_API_KEY"',
  ].join("\n");
}
