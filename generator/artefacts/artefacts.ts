import type { Artefact } from "../kit/artefact.js";
import { client } from "./client/index.js";
import { docs } from "./docs/index.js";
import { server } from "./server/index.js";

/** The artefacts that come with Specwright. Commands, help, `init` and the config read this list. */
export const artefacts: readonly Artefact[] = [client.artefact, server.artefact, docs.artefact];
