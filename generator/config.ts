/** What a `specwright.config.ts` says. Paths are relative to the file. */
export interface SpecwrightConfig {
  /** The root file of the spec. */
  readonly spec: string;
  /** OpenAPI Overlays to apply to it, in this order. */
  readonly overlays?: readonly string[];
  /** Whether `build` lints the spec first and stops at an error; `true` unless stated. */
  readonly lint?: boolean;
  readonly outputs: {
    /** The typed client, an npm package. */
    readonly client?: {
      readonly dir: string;
      /** The package's npm name. */
      readonly name: string;
    };
    /** The server's side of the contract, an npm package. */
    readonly server?: {
      readonly dir: string;
      /** The package's npm name. */
      readonly name: string;
    };
    /** The reference page and the bundled spec. */
    readonly docs?: { readonly dir: string };
  };
}

/** Gives a config its type, so that an editor helps to write it. */
export function defineConfig(config: SpecwrightConfig): SpecwrightConfig {
  return config;
}
