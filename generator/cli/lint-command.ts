import { lintSource } from "../source/lint.js";
import { readSpec } from "../source/read-spec.js";
import { formatOf } from "./lint-formats.js";
import { printDiagnostics } from "./print-diagnostics.js";
import { plural } from "./print-report.js";
import { specFrom } from "./request.js";
import type { Console, ExitCode } from "./run.js";

export interface LintOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly format?: string;
}

/** `specwright lint` */
export async function lintCommand(
  file: string | undefined,
  options: LintOptions,
  console: Console,
): Promise<ExitCode> {
  const { out, err, isJson } = console;
  const format = formatOf(options.format);
  const { spec, lintRules } = await specFrom(file, options.config);
  const diagnostics = await lintSource(await readSpec(spec), lintRules);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (format !== undefined) out.line(format(diagnostics));
  else if (isJson) out.line(JSON.stringify({ ok: errors === 0, diagnostics }, null, 2));
  else if (diagnostics.length === 0) out.line(`${out.style("green", "✓")} Nothing to report`);
  else {
    printDiagnostics(err, diagnostics);
    err.line(
      `${err.style(errors > 0 ? "red" : "yellow", errors > 0 ? "✗" : "!")} ${plural(errors, "error")}, ${plural(diagnostics.length - errors, "warning")}`,
    );
  }
  return errors > 0 ? 1 : 0;
}
