export { createClock, type Clock } from "./clock.js";
export { createSandbox, type Sandbox, type SandboxOptions } from "./create-sandbox.js";
export { openDatabase, type Database, type DatabaseOptions } from "./database/open.js";
export { createLog, type Log } from "./log.js";
export { seedSandbox, type Seeded, type SeedOptions } from "./seed/index.js";
export { serveSandbox, type ServedSandbox, type ServeOptions } from "./serve.js";
