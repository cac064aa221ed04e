import { UserError } from "../base/user-error.js";
import { SpecError, type Diagnostic } from "../source/diagnostic.js";
import { printDiagnostics } from "./print-diagnostics.js";
import { plural } from "./print-report.js";
import { Terminal } from "./terminal.js";

/** 0: done. 1: the spec or the output is wrong. 2: the command or the config is wrong. */
export type ExitCode = 0 | 1 | 2;

/** What a command is given to work with. */
export interface Console {
  /** Results. */
  readonly out: Terminal;
  /** Everything else, so that results can be piped. */
  readonly err: Terminal;
  readonly isJson: boolean;
}

/** Runs a command, and turns what it throws into a report and an exit code. No stack trace for expected errors. */
export async function run(
  { json = false, quiet = false }: { readonly json?: boolean; readonly quiet?: boolean },
  command: (console: Console) => Promise<ExitCode>,
): Promise<void> {
  const console: Console = {
    out: new Terminal(process.stdout, { isQuiet: quiet && !json }),
    err: new Terminal(process.stderr),
    isJson: json,
  };
  try {
    process.exitCode = await command(console);
  } catch (error) {
    process.exitCode = report(console, error);
  }
}

/** Reports a failure. @throws the failure itself when it is a fault of Specwright. */
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
  if (isFileError(error)) {
    const remedy = "Check that the path is right and that you may read and write it.";
    return { diagnostics: [{ severity: "error", rule: "file", message: error.message, remedy }], code: 1 };
  }
  throw error;
}

/** What the file system refused, such as a folder that may not be read. */
function isFileError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "path" in error && "code" in error;
}
