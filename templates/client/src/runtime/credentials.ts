import type { CallContext, Layer } from "./layer.js";

/** A secret, or a function that gets it before each request. */
export type Secret = string | SecretSource;

/** Gets a secret for a call, again for each attempt. */
export interface SecretSource {
  /** `refreshed` is to be called when the secret was had anew, for the `refresh` event. */
  (call: CallContext, refreshed: () => void): string | Promise<string>;
  /** Goes around the requests that carry the secret: the place to have a refused one replaced. */
  readonly layer?: Layer;
}

/** HTTP Basic (RFC 7617). */
export interface BasicSecret {
  readonly username: string;
  readonly password: string;
}

/** What can be given for one security scheme. */
export type SchemeSecret = Secret | BasicSecret;
