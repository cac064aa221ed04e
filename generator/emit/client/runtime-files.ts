import type { EmittedFile } from "../emitter.js";
import { templateNames, templateText } from "../templates.js";

/** `src/runtime/*.ts`: the runtime, the same for every API, as it stands among the templates. */
export function emitRuntime(header: string): EmittedFile[] {
  return templateNames("client/src/runtime").map((name) => ({
    path: `src/runtime/${name}`,
    content: `${header}\n${templateText(`client/src/runtime/${name}`)}`,
    format: true,
  }));
}
