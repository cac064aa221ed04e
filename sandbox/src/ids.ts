import { randomBytes } from "node:crypto";

/** The prefix of each kind of id. */
const PREFIXES = {
  workspace: "w",
  user: "u",
  team: "team",
  invite: "inv",
  task: "tsk",
  comment: "cmt",
  document: "doc",
  file: "file",
  label: "lbl",
  record: "rec",
  apiKey: "key",
  app: "app",
  grant: "grant",
  webhook: "wh",
  event: "evt",
  job: "job",
  delivery: "dlv",
  agent: "agt",
  worker: "wrk",
  command: "cmd",
  session: "ses",
  claim: "clm",
  activity: "act",
  request: "req",
} as const;

export type IdKind = keyof typeof PREFIXES;

/** Makes a fresh id of a kind, as in `tsk_0mYh3…`. */
export type Ids = (kind: IdKind) => string;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function base32(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = (ALPHABET[rest % 32] ?? "0") + text;
  }
  return text;
}

/**
 * Ids in the order in which they were made, as far as one process goes: 9 characters of time, 3 that count within a
 * millisecond, and 10 that are random. So rows of the same moment are listed in the order of their making.
 */
export function createIds(now: () => Date): Ids {
  let last = 0;
  let count = 0;
  return (kind) => {
    const time = Math.max(now().getTime(), last);
    count = time === last ? count + 1 : 0;
    last = time;
    const random = Array.from(randomBytes(10), (byte) => ALPHABET[byte % 32]).join("");
    return `${PREFIXES[kind]}_${base32(time, 9)}${base32(count, 3)}${random}`;
  };
}
