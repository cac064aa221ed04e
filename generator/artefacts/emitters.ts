import { clientEmitter } from "./client/client-emitter.js";
import { docsEmitter } from "./docs/docs-emitter.js";
import type { Emitter } from "../kit/emitter.js";
import { serverEmitter } from "./server/server-emitter.js";

/** Every artefact that can be made, in the order in which they are made. */
export const emitters: readonly Emitter[] = [clientEmitter, serverEmitter, docsEmitter];
