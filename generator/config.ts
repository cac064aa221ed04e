/** What a `specwright.config.ts` says. Paths are relative to the file. */
export interface SpecwrightConfig {
  /** The root file of the spec. */
  readonly spec: string;
  /** OpenAPI Overlays to apply to it, in this order. */
  readonly overlays?: readonly string[];
  /** Whether `build` lints the spec first and stops at an error; `true` unless stated. */
  readonly lint?: boolean;
  /** Hand-written TypeScript that becomes part of the client: what this API has and no spec can say. */
  readonly additions?: AdditionsConfig;
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

/**
 * Which of the files in a folder become what in the client. All of them are copied into the package, to `src/additions/`,
 * so that they import its modules as `../operations/….js` and `../runtime/….js`.
 */
export interface AdditionsConfig {
  readonly dir: string;
  /**
   * Methods of resources, by the resource's name and the method's: the file and the function behind it, as
   * `"files.ts#uploadFile"`. The function takes the client's `Api` first; the method has its other parameters, its result
   * and its comment. The function itself is exported by `./operations`.
   */
  readonly methods?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Entry points of the package by their names, each with its file: `{ agent: "agent.ts" }` is `"<package>/agent"`. */
  readonly entries?: Readonly<Record<string, string>>;
}

/** Gives a config its type, so that an editor helps to write it. */
export function defineConfig(config: SpecwrightConfig): SpecwrightConfig {
  return config;
}
