import { symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { median, measure, table, temporary, type Cost } from "./measure.js";

const OURS = `
import { AcmeClient } from "./acme/dist/esm/index.js";
const client = new AcmeClient({ auth: "token" });
const repository = await client.repos.get("owner", "repo");
const issue = await client.issues.create("owner", "repo", { title: "Bug" });
const user = await client.users.getAuthenticated();
console.log(repository.full_name, issue.number, user);
`;
const PEER = `
import createClient from "openapi-fetch";
import type { paths } from "./github.js";
const client = createClient<paths>({ baseUrl: "https://api.github.com" });
const repository = await client.GET("/repos/{owner}/{repo}", { params: { path: { owner: "o", repo: "r" } } });
const issue = await client.POST("/repos/{owner}/{repo}/issues", { params: { path: { owner: "o", repo: "r" } }, body: { title: "Bug" } });
const user = await client.GET("/user");
console.log(repository.data?.full_name, issue.data?.number, user.data);
`;
const OPTIONS = {
  target: "ES2022",
  lib: ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
  module: "NodeNext",
  strict: true,
  types: [],
  noEmit: true,
};

/** Type-checking a consumer that makes three calls, with declarations checked too. */
export async function benchTypecheck(spec: string): Promise<void> {
  const folder = temporary();
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "ours.ts"), OURS);
  writeFileSync(join(folder, "peer.ts"), PEER);
  await measure("dist/cli/main.js", [
    "build",
    "--spec",
    spec,
    "--out",
    join(folder, "acme"),
    "--name",
    "acme-client",
  ]);
  await measure("node_modules/typescript/bin/tsc", ["-p", join(folder, "acme")]);
  await measure(resolve("node_modules/openapi-typescript/bin/cli.js"), [spec, "-o", "github.d.ts"], folder);
  const check = async (name: string): Promise<Cost> => {
    const config = join(folder, `tsconfig.${name}.json`);
    writeFileSync(config, JSON.stringify({ compilerOptions: OPTIONS, files: [`${name}.ts`] }));
    return median(3, () =>
      measure("node_modules/typescript/bin/tsc", ["-p", config, "--extendedDiagnostics"]),
    );
  };
  const [peer, ours] = [await check("peer"), await check("ours")];
  const row = (name: string, cost: Cost): string[] => [
    name,
    `${(cost.wallMs / 1000).toFixed(1)} s`,
    `${(cost.wallMs / peer.wallMs).toFixed(2)}×`,
    /Instantiations:\s+(\d+)/.exec(cost.stdout)?.[1] ?? "",
  ];
  table(
    "Type-checking three calls to GitHub",
    ["", "wall", "ratio", "instantiations"],
    [row("openapi-typescript and openapi-fetch", peer), row("specwright", ours)],
  );
}
