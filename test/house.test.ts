import { readFileSync } from "node:fs";
import { dirname, relative } from "node:path";

import { Project } from "ts-morph";
import { describe, expect, it } from "vitest";

/** Who may import whom, as the design states it: a room, and the rooms below it. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  base: [],
  source: ["base"],
  model: ["base", "source"],
  kit: ["base", "model"],
  artefacts: ["base", "model", "kit"],
  output: ["base", "kit"],
  config: ["base", "source", "kit", "artefacts", "generator/pipeline.ts"],
  cli: ["base", "source", "model", "kit", "artefacts", "output", "config", "generator/pipeline.ts"],
};

const project = new Project({ tsConfigFilePath: "tsconfig.json" });
const files = project.getSourceFiles().map((file) => ({
  path: relative(process.cwd(), file.getFilePath()),
  imports: file
    .getImportDeclarations()
    .flatMap((declaration) => declaration.getModuleSpecifierSourceFile() ?? [])
    .map((target) => relative(process.cwd(), target.getFilePath()))
    .filter((path) => !path.startsWith("node_modules")),
}));
const handWritten = files.filter(({ path }) => /^(generator|templates)\//.test(path));

function roomOf(path: string): string | undefined {
  return /^generator\/([^/]+)\//.exec(path)?.[1];
}

describe("the house", () => {
  it("has source files to look at", () => {
    expect(handWritten.length).toBeGreaterThan(50);
  });

  it("lets a room import only from the rooms below it", () => {
    const wrong = handWritten.flatMap(({ path, imports }) => {
      const room = roomOf(path);
      if (room === undefined) return [];
      const allowed = [room, ...(BELOW[room] ?? [])];
      return imports
        .filter((target) => !allowed.includes(roomOf(target) ?? target))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("keeps templates apart from the generator", () => {
    const wrong = handWritten.filter(({ path, imports }) => {
      return path.startsWith("templates/") && imports.some((target) => !target.startsWith("templates/"));
    });
    expect(wrong).toEqual([]);
  });

  it("lets the sandbox know of the contract only what is generated", () => {
    const sandbox = files.filter(({ path }) => path.startsWith("sandbox/"));
    expect(sandbox.length).toBeGreaterThan(50);
    const wrong = sandbox.flatMap(({ path, imports }) =>
      imports
        .filter((target) => !/^(sandbox|generated)\//.test(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has no circle of imports", () => {
    const graph = new Map(files.map(({ path, imports }) => [path, imports]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      if (done.has(path) || trail.includes(path)) return;
      for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
      done.add(path);
    };
    const sandbox = files.filter(({ path }) => path.startsWith("sandbox/"));
    for (const { path } of [...handWritten, ...sandbox]) visit(path, []);
    expect(circles).toEqual([]);
  });

  it("has no circle of folders", () => {
    const edges = new Map<string, Map<string, string>>();
    for (const { path, imports } of handWritten) {
      for (const target of imports) {
        const [from, to] = [dirname(path), dirname(target)];
        if (from === to) continue;
        const own = edges.get(from) ?? new Map<string, string>();
        edges.set(from, own.set(to, `${path} imports ${target}`));
      }
    }
    const reaches = (from: string, wanted: string, seen = new Set<string>()): boolean =>
      [...(edges.get(from)?.keys() ?? [])].some((folder) => {
        if (folder === wanted) return true;
        if (seen.has(folder)) return false;
        seen.add(folder);
        return reaches(folder, wanted, seen);
      });
    const wrong = [...edges].flatMap(([from, targets]) =>
      [...targets].filter(([to]) => reaches(to, from)).map(([, edge]) => edge),
    );
    expect(wrong).toEqual([]);
  });

  it("knows no API by name", () => {
    // What package managers call a workspace is another thing.
    const named = /(?<!pnpm-)(?<!")workspace|initiative|\btsk_|\btasks?\b.*\bbugs?\b/i;
    const wrong = handWritten.flatMap(({ path }) => {
      const lines = readFileSync(path, "utf8").split("\n");
      return lines.flatMap((line, index) =>
        named.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
      );
    });
    expect(wrong).toEqual([]);
  });
});
