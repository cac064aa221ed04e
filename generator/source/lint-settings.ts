import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { objectOf } from "../base/json.js";
import { parseText } from "./parse.js";
import { isUrl } from "./places.js";
import { readSpecFile } from "./read-file.js";

export type RuleLevel = "off" | "warn" | "error";

/** Which rules hold, and what they leave out. */
export interface LintSettings {
  /** A config in Redocly's form. */
  readonly config: {
    readonly extends: string[];
    readonly rules: Record<string, unknown>;
    readonly plugins?: string[];
  };
  /** The `redocly.yaml` that it came from. */
  readonly configFile?: string;
  /** Files by their absolute path, with the pointers that each rule leaves out: `.redocly.lint-ignore.yaml`. */
  readonly ignored: ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>;
}

/**
 * The settings for a spec: our recommended rules, then what the `redocly.yaml` beside the spec or in the working folder
 * says, then `rules`. Our own rules may be named with or without `specwright/`.
 *
 * @throws SpecError for a `redocly.yaml` that cannot be read.
 */
export function readLintSettings(
  root: string,
  rules: Readonly<Record<string, RuleLevel>>,
  own: readonly string[],
): LintSettings {
  const folders = [...(isUrl(root) ? [] : [dirname(root)]), process.cwd()];
  const configFile = folders.map((folder) => join(folder, "redocly.yaml")).find(existsSync);
  const stated = configFile === undefined ? {} : objectOf(parseText(readSpecFile(configFile), configFile));
  const api = Object.values(objectOf(stated["apis"]))
    .map(objectOf)
    .find((it) => configFile !== undefined && resolve(dirname(configFile), String(it["root"])) === root);
  const full = (levels: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(levels).map(([name, level]) => [
        own.includes(name) ? `specwright/${name}` : name,
        level,
      ]),
    );
  const sets = [stated["extends"], api?.["extends"]].flatMap((it) =>
    Array.isArray(it) ? it.map(String) : [],
  );
  const plugins = Array.isArray(stated["plugins"])
    ? stated["plugins"].map(String).filter((name) => !name.includes("redocly-plugin"))
    : [];
  return {
    config: {
      extends: ["specwright/recommended", ...sets],
      rules: { ...full(objectOf(stated["rules"])), ...full(objectOf(api?.["rules"])), ...full(rules) },
      ...(plugins.length > 0 ? { plugins } : {}),
    },
    ...(configFile === undefined ? {} : { configFile }),
    ignored: readIgnored(configFile === undefined ? folders[0] : dirname(configFile)),
  };
}

function readIgnored(folder: string | undefined): LintSettings["ignored"] {
  const file = join(folder ?? process.cwd(), ".redocly.lint-ignore.yaml");
  if (!existsSync(file)) return new Map();
  const stated = objectOf(parseText(readSpecFile(file), file));
  return new Map(
    Object.entries(stated).map(([path, rules]) => [
      resolve(dirname(file), path),
      Object.fromEntries(
        Object.entries(objectOf(rules)).map(([rule, pointers]) => [
          rule.replace(/^specwright\//, ""),
          Array.isArray(pointers) ? pointers.map((pointer) => String(pointer).replace(/^#/, "")) : [],
        ]),
      ),
    ]),
  );
}
