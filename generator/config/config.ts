import type { ConfiguredArtefact } from "../kit/artefact.js";
import type { RuleLevel } from "../source/lint-settings.js";
import type { Naming } from "../source/rename.js";

/** What a `specwright.config.ts` says of one spec. Paths are relative to the file. */
export interface SpecwrightConfig {
  /** The root file of the spec. */
  readonly spec: string;
  /** OpenAPI Overlays to apply to it, in this order. */
  readonly overlays?: readonly string[];
  /**
   * Whether `build` lints the spec first and stops at an error, with levels of single rules if need be; `false` unless
   * stated. What would make a wrong client stops a build either way.
   */
  readonly lint?: boolean | { readonly rules: Readonly<Record<string, RuleLevel>> };
  /** Names resources and methods where the spec's own names do not please. */
  readonly naming?: Naming;
  /**
   * Folders whose files replace templates of the same name, by the artefact's name; `specwright eject` copies a template
   * there.
   */
  readonly templates?: Readonly<Record<string, string>>;
  /** What to make of the spec: any number, and one artefact may stand in it more than once. */
  readonly artefacts: readonly ArtefactEntry[];
}

/**
 * An artefact in a config:
 *
 * - `client({ dir, name })`: one that was imported, called with its folder and options;
 * - `"./my-artefact.ts"` or `"some-package"`: a module whose default export is an artefact. Its folder is its name;
 * - `["./my-artefact.ts", { dir, … }]`: the same with options. In JSON, `["client", { dir, name }]` is the built-in one.
 */
export type ArtefactEntry =
  | ConfiguredArtefact
  | string
  | readonly [module: string, options: { readonly dir?: string; readonly [option: string]: unknown }];

/** Gives a config its type, so that an editor helps to write it. A list is for several specs. */
export function defineConfig<Config extends SpecwrightConfig | readonly SpecwrightConfig[]>(
  config: Config,
): Config {
  return config;
}
