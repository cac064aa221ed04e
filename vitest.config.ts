import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Whole packages of other teams are built and type-checked.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    typecheck: { enabled: false },
    // What the sandbox is built on is loaded as Node loads it, not transformed.
    server: { deps: { inline: [/test\/\.out/], external: [/generated\/server\/(dist|validators)\//] } },
  },
});
