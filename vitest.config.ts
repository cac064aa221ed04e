import { configDefaults, defineConfig } from "vitest/config";

/** Tests of what real time does: they come last and alone, so that no other takes the machine's time from them. */
const REAL_TIME = [
  "test/sandbox/story.test.ts",
  "test/templates/faults/abort.test.ts",
  "test/templates/redis/processes.test.ts",
  "test/templates/runtime/limits-on-the-wire.test.ts",
];

export default defineConfig({
  test: {
    // Whole packages of other teams are built and type-checked.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    expect: { poll: { timeout: 30_000 } },
    typecheck: { enabled: false },
    // What the sandbox is built on is loaded as Node loads it, not transformed.
    server: { deps: { inline: [/test\/\.out/], external: [/generated\/server\/(dist|validators)\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: "all",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...REAL_TIME],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "real time", include: REAL_TIME, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
