/** Specwright as a library: configs, artefacts of one's own, and builds. */
export { client, type AdditionsOptions, type ClientOptions } from "./artefacts/client/index.js";
export { docs } from "./artefacts/docs/index.js";
export { server, type ServerOptions } from "./artefacts/server/index.js";
export { UserError, type Place, type UserErrorRule } from "./base/user-error.js";
export { defineConfig, type ArtefactEntry, type SpecwrightConfig } from "./config/config.js";
export {
  ArtefactError,
  defineArtefact,
  type Artefact,
  type ArtefactFactory,
  type ConfiguredArtefact,
  type EmittedFile,
  type OptionsSchema,
} from "./kit/artefact.js";
export type { Kit } from "./kit/kit.js";
export type * from "./model/api-model.js";
export type * from "./model/policies.js";
export type { Schema, SchemaObject } from "./model/schema.js";
export type { BuildReport } from "./pipeline.js";
export type { OutputPlan } from "./output/plan-output.js";
export { SpecError, type Diagnostic, type Location } from "./source/diagnostic.js";
export type { NamedOperation, Naming } from "./source/rename.js";
export { build, type BuildConfigOptions } from "./config/build.js";
