import { loadModel } from "../pipeline.js";
import { specFrom } from "./request.js";
import type { Console, ExitCode } from "./run.js";

export interface ModelOptions {
  readonly config?: string;
  readonly spec?: string;
  readonly overlay?: readonly string[];
}

/** `specwright model`: the API model as JSON. */
export async function modelCommand(options: ModelOptions, { out }: Console): Promise<ExitCode> {
  const { spec, overlays, naming } = await specFrom(options.spec, options.config);
  const all = [...overlays, ...(options.overlay ?? [])];
  const { model } = await loadModel({
    spec,
    overlays: all,
    isLinted: false,
    ...(naming ? { naming } : {}),
  });
  out.line(JSON.stringify(model, null, 2));
  return 0;
}
