import { readFileSync } from "node:fs";
import { relative } from "node:path";

import type { Diagnostic, Location } from "../source/diagnostic.js";
import { isUrl } from "../source/places.js";
import type { Terminal } from "./terminal.js";

/** How many are shown before the rest is only counted. */
const MOST = 30;

/** Prints diagnostics as compilers do: place, severity, rule, message, the line itself, and the remedy. */
export function printDiagnostics(terminal: Terminal, diagnostics: readonly Diagnostic[]): void {
  for (const { severity, rule, message, remedy, location } of diagnostics.slice(0, MOST)) {
    const style = severity === "error" ? "red" : "yellow";
    const place = location ? `${placeOf(location)} ` : "";
    terminal.line(
      `${terminal.style("bold", place)}${terminal.style(style, severity)} ${terminal.style("dim", rule)}`,
    );
    terminal.line(`  ${message}`);
    const code = location ? lineAt(location) : undefined;
    if (code !== undefined && location)
      terminal.line(terminal.style("dim", `  ${String(location.line).padStart(4)} | ${code}`));
    terminal.line(`  ${terminal.style("cyan", "fix:")} ${remedy}`);
  }
  if (diagnostics.length > MOST) terminal.line(`… and ${diagnostics.length - MOST} more`);
}

/** `file:line:column`, relative to the working folder where that is shorter. */
export function placeOf({ file, line, column }: Location): string {
  if (isUrl(file)) return `${file}:${line}:${column}`;
  const path = relative(process.cwd(), file);
  return `${path.startsWith("..") || path === "" ? file : path}:${line}:${column}`;
}

function lineAt({ file, line }: Location): string | undefined {
  try {
    const text = readFileSync(file, "utf8").split("\n")[line - 1]?.trimEnd();
    return text === undefined || text === "" ? undefined : text.slice(0, 110);
  } catch {
    return undefined;
  }
}
