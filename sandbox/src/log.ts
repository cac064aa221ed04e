/** One line of the log: facts under their names. */
export type LogFacts = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

/** What must never stand in a log: bearer credentials, and secrets by the way they begin. */
const SECRETS =
  /\b(Bearer\s+)\S+|\b((?:wsk_live|wat|wrt|wac|wcs|whsec)_)[\w+/=-]+|(\/\/[^\s/:@]+:)[^\s/@]+(?=@)/gi;

/** A text without its secrets. */
export function redact(text: string): string {
  return text.replaceAll(SECRETS, (_, bearer?: string, prefix?: string, user?: string) => {
    return `${bearer ?? prefix ?? user ?? ""}[secret]`;
  });
}

/** A log of one JSON object in each line. */
export function createLog(write: (line: string) => void, now: () => Date): Log {
  const at =
    (level: string) =>
    (message: string, facts: LogFacts = {}) => {
      write(redact(JSON.stringify({ time: now().toISOString(), level, message, ...facts })));
    };
  return { info: at("info"), error: at("error") };
}

export const silentLog: Log = { info: () => {}, error: () => {} };

/** What is told of an error. The values in a failed query are left out: they are people's data. */
export function factsOf(error: unknown): LogFacts {
  if (!(error instanceof Error)) return { error: String(error) };
  const stack = error.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
  return { error: error.message.split("\nparams:")[0], ...cause, stack };
}
