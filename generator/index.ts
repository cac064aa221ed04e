/** Specwright as a library: the config's type, and the pipeline that the commands run. */
export { defineConfig, type SpecwrightConfig } from "./config.js";
export type { ApiModel } from "./model/api-model.js";
export { carryOut, loadModel, planBuild, type BuildReport, type BuildRequest } from "./pipeline.js";
export { SpecError, type Diagnostic, type Location } from "./source/diagnostic.js";
export { OutputError } from "./output/output-error.js";
