import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a command took. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of the process itself. */
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly stdout: string;
}

/** Makes a Node process tell its resource usage as its last line on stderr. */
const REPORT = `data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();process.stderr.write("\\n@cost "+JSON.stringify([u.userCPUTime+u.systemCPUTime,u.maxRSS])+"\\n")})`;

/** Runs a Node script and measures it. @throws Error when it fails. */
export function measure(script: string, args: readonly string[], cwd: string = process.cwd()): Promise<Cost> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", REPORT, script, ...args], { cwd });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += String(chunk)));
    child.stderr.on("data", (chunk: Buffer) => (stderr += String(chunk)));
    child.on("close", (code) => {
      const told = /@cost (\[.*\])\s*$/.exec(stderr)?.[1];
      if (code !== 0 || told === undefined)
        return reject(new Error(`${script} ${args.join(" ")} failed:\n${stdout}${stderr}`));
      const [cpu = 0, rss = 0]: number[] = JSON.parse(told);
      resolve({ wallMs: performance.now() - start, cpuMs: cpu / 1000, peakMiB: rss / 1024, stdout });
    });
  });
}

/** The run with the median wall time of several. */
export async function median(runs: number, run: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let count = 0; count < runs; count += 1) costs.push(await run());
  const sorted = costs.sort((a, b) => a.wallMs - b.wallMs);
  const middle = sorted[Math.floor(runs / 2)];
  if (!middle) throw new Error("Nothing was run.");
  return middle;
}

export function temporary(): string {
  return mkdtempSync(join(tmpdir(), "specwright-bench-"));
}

/** Prints rows under headings, in columns. */
export function table(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  process.stdout.write(
    `\n${title}\n${line(headings)}\n${widths.map((width) => "-".repeat(width)).join("  ")}\n${rows.map(line).join("\n")}\n`,
  );
}
