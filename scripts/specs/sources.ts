import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A public spec: what it is called, and where it is. */
export interface PublicSpec {
  readonly name: string;
  readonly file: string;
}

/** The specs of a folder. */
export function specsIn(folder: string): PublicSpec[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(json|ya?ml)$/.test(name))
    .sort()
    .map((name) => ({ name, file: join(folder, name) }));
}

/** One spec for each provider of the directory: the first of its APIs. */
export function onePerProvider(folder: string): PublicSpec[] {
  const byProvider = new Map<string, PublicSpec>();
  for (const spec of specsIn(folder)) {
    const provider = spec.name.replace(/\.json$/, "").split(/[:_]/)[0] ?? spec.name;
    if (!byProvider.has(provider)) byProvider.set(provider, spec);
  }
  return [...byProvider.values()];
}

/** Every n-th of a list, so that a sample is spread and always the same. */
export function sampleOf<T>(list: readonly T[], count: number): T[] {
  if (count >= list.length) return [...list];
  return Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)]).filter(
    (it) => it !== undefined,
  );
}
