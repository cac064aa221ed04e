#!/usr/bin/env node
import { readFileSync } from "node:fs";

import { createProgram, exitCodeOf } from "./program.js";

const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const version = String(Object(manifest).version);

// A reader that has seen enough, such as `head`, is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await createProgram(version).parseAsync();
} catch (error) {
  const code = exitCodeOf(error);
  if (code === undefined) throw error;
  process.exitCode = code;
}
