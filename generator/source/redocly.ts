import type { BaseResolver } from "@redocly/openapi-core";

import type { SpecFiles } from "./locate.js";

/**
 * A resolver for Redocly that has all files already: nothing is read twice, and nothing is fetched. Bundling changes
 * the values that it works on, so that each resolver has its own copies.
 */
export async function resolverOf(files: SpecFiles): Promise<BaseResolver> {
  const { BaseResolver, ResolveError, Source } = await import("@redocly/openapi-core");
  const resolver = new BaseResolver();
  for (const [file, { text, value }] of files) {
    const document = {
      source: new Source(file, text.replaceAll("\r\n", "\n")),
      parsed: structuredClone(value),
    };
    resolver.cache.set(file, Promise.resolve(document));
  }
  resolver.loadExternalRef = (file) =>
    Promise.reject(new ResolveError(new Error(`${file} is not part of the spec.`)));
  return resolver;
}
