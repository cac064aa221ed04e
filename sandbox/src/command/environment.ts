import type { S3Options } from "../files/s3-store.js";
import { s3OptionsOf } from "../files/s3-store.js";
import { Refusal } from "./refusal.js";

/** What the environment says. A variable that is empty counts as one that is not set. */
export interface Environment {
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly s3?: S3Options;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment; refuses what cannot be meant. Values stay out of the messages: they may hold passwords. */
export function readEnvironment(variables: Variables): Environment {
  const set: Variables = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const databaseUrl = addressIn(set, "DATABASE_URL", ["postgres:", "postgresql:"]);
  const redisUrl = addressIn(set, "REDIS_URL", ["redis:", "rediss:"]);
  addressIn(set, "S3_ENDPOINT", ["http:", "https:"]);
  if (set["S3_ENDPOINT"] !== undefined && set["S3_BUCKET"] === undefined) {
    throw new Refusal("S3_ENDPOINT is set: set S3_BUCKET too, or unset it to keep files on disk.");
  }
  const s3 = s3OptionsOf(set);
  return {
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(redisUrl !== undefined && { redisUrl }),
    ...(s3 !== undefined && { s3 }),
  };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  DATABASE_URL: "postgres://localhost:5432/sandbox",
  REDIS_URL: "redis://localhost:6379",
  S3_ENDPOINT: "https://s3.eu-central-1.amazonaws.com",
};

function addressIn(set: Variables, name: string, protocols: readonly string[]): string | undefined {
  const value = set[name];
  if (value === undefined) return undefined;
  const isRight = URL.canParse(value) && protocols.includes(new URL(value).protocol);
  if (!isRight)
    throw new Refusal(`${name} is not an address such as ${EXAMPLES[name]}. Correct or unset it.`);
  return value;
}

/** An address without its user, password and query. */
export function placeOf(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
