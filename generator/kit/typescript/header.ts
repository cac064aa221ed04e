import type { EmitOptions } from "../emitter.js";
import { headerFor } from "../headers.js";

/** The first line of every emitted TypeScript file. */
export function headerOf({ specFile }: EmitOptions): string {
  return headerFor("typescript", specFile);
}
