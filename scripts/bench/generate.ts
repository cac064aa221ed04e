import { join, resolve } from "node:path";

import { median, measure, table, temporary, type Cost } from "./measure.js";

const PEERS = "scripts/bench/node_modules";

/** A cold build of one large spec, beside other generators in the same run; ratios are to openapi-typescript alone. */
export async function benchGenerate(spec: string): Promise<void> {
  const bare = await median(3, () =>
    measure(resolve("node_modules/openapi-typescript/bin/cli.js"), [spec, "-o", "types.ts"], temporary()),
  );
  const ours = await median(3, () =>
    measure("dist/cli/main.js", [
      "build",
      "--spec",
      spec,
      "--out",
      join(temporary(), "out"),
      "--name",
      "acme-client",
    ]),
  );
  const again = temporary();
  const build = (): Promise<Cost> =>
    measure("dist/cli/main.js", [
      "build",
      "--spec",
      spec,
      "--out",
      join(again, "out"),
      "--name",
      "acme-client",
    ]);
  await build();
  const unchanged = await median(3, build);
  const oazapfts = await measure(`${PEERS}/oazapfts/dist/cli.js`, [spec, join(temporary(), "api.ts")]).catch(
    () => undefined,
  );
  const hey = await measure(`${PEERS}/@hey-api/openapi-ts/bin/run.js`, [
    "-i",
    spec,
    "-o",
    join(temporary(), "hey"),
  ]).catch(() => undefined);
  const row = (name: string, cost: Cost | undefined): string[] =>
    cost
      ? [
          name,
          `${(cost.wallMs / 1000).toFixed(1)} s`,
          `${(cost.wallMs / bare.wallMs).toFixed(2)}×`,
          cost.cpuMs > cost.wallMs / 2 ? `${(cost.cpuMs / bare.cpuMs).toFixed(2)}×` : "",
          `${cost.peakMiB.toFixed(0)} MiB`,
        ]
      : [name, "failed", "", "", ""];
  table(
    "Cold build of GitHub's spec",
    ["", "wall", "ratio", "CPU ratio", "peak memory"],
    [
      row("openapi-typescript (types only)", bare),
      row("specwright (client, docs, bundle)", ours),
      row("specwright, nothing changed", unchanged),
      row("oazapfts", oazapfts),
      row("hey-api", hey),
    ],
  );
}
