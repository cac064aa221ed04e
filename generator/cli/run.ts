import { UserError } from "../base/user-error.js";
import { SpecError, type Diagnostic } from "../source/diagnostic.js";
import { printDiagnostics } from "./print-diagnostics.js";
import { plural } from "./print-report.js";
import { Terminal } from "./terminal.js";

/** 0: done. 1: the spec or the output is not right. 2: the call is not right. */
export type ExitCode = 0 | 1 | 2;

/** What a command is given to work with. */
export interface Console {
  /** Results. */
  readonly out: Terminal;
  /** Everything else, so that results can be piped. */
  readonly err: Terminal;
  readonly isJson: boolean;
}

/** Runs a command, and turns what it throws into an account and an exit code. No stack trace for what was expected. */
export async function run(
  isJson: boolean | undefined,
  command: (console: Console) => Promise<ExitCode>,
): Promise<void> {
  const console: Console = {
    out: new Terminal(process.stdout),
    err: new Terminal(process.stderr),
    isJson: isJson === true,
  };
  try {
    process.exitCode = await command(console);
  } catch (error) {
    process.exitCode = report(console, error);
  }
}

/** Tells of a failure. @throws the failure itself when it is a fault of ours. */
export function report({ out, err, isJson }: Console, error: unknown): ExitCode {
  err.progress("");
  const { diagnostics, code } = failureOf(error);
  if (isJson) out.line(JSON.stringify({ ok: false, diagnostics }, null, 2));
  else {
    printDiagnostics(err, diagnostics);
    if (code === 1 && diagnostics.length > 1)
      err.line(err.style("red", `✗ ${plural(diagnostics.length, "error")}`));
  }
  if (process.env["SPECWRIGHT_DEBUG"]) err.line(error instanceof Error ? (error.stack ?? "") : String(error));
  return code;
}

function failureOf(error: unknown): { diagnostics: readonly Diagnostic[]; code: ExitCode } {
  if (error instanceof SpecError) return { diagnostics: error.diagnostics, code: 1 };
  if (error instanceof UserError) {
    const { rule, message, remedy, location } = error;
    return {
      diagnostics: [{ severity: "error", rule, message, remedy, ...(location ? { location } : {}) }],
      code: rule === "usage" || rule === "config" ? 2 : 1,
    };
  }
  throw error;
}
