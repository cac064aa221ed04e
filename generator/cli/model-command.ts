import { loadModel } from "../pipeline.js";
import { specFrom } from "./request.js";
import type { Console, ExitCode } from "./run.js";

export interface ModelOptions {
  readonly config?: string;
  readonly spec?: string;
  readonly overlay?: readonly string[];
  readonly schema?: boolean;
}

/** `specwright model`: the API model as JSON, or the JSON Schema of such models. */
export async function modelCommand(options: ModelOptions, { out }: Console): Promise<ExitCode> {
  if (options.schema === true) {
    const schema = await import("../model/api-model.schema.json", { with: { type: "json" } });
    out.line(JSON.stringify(schema.default, null, 2));
    return 0;
  }
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
