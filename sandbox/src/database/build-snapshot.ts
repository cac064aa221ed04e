import { buildSnapshot } from "./snapshot.js";

await buildSnapshot();
