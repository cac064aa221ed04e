import { SCRIPT } from "./script.js";

/** The commands of an ioredis client that are used. */
export interface IoRedisClient {
  evalsha(sha: string, keys: number, ...values: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...values: string[]): Promise<unknown>;
}

/** The commands of a node-redis client that are used. */
export interface NodeRedisClient {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** What a node-redis client of a cluster has besides. */
interface SendsToNode {
  sendCommand(firstKey: string | undefined, isReadonly: boolean, args: string[]): Promise<unknown>;
}

/** Runs the script, by its digest where the server knows it. */
export type RunScript = (keys: string[], values: string[]) => Promise<unknown>;

/** The same command of both clients. */
export function runnerOf(client: IoRedisClient | NodeRedisClient): RunScript {
  let digest: Promise<string> | undefined;
  const run = (byDigest: string | undefined, keys: string[], values: string[]): Promise<unknown> => {
    if (isNodeRedisCluster(client)) {
      // Version 4 does not see the keys of a script, and would send it to any node.
      const script = byDigest === undefined ? ["EVAL", SCRIPT] : ["EVALSHA", byDigest];
      return client.sendCommand(keys[0], false, [...script, String(keys.length), ...keys, ...values]);
    }
    if ("evalSha" in client) {
      const options = { keys, arguments: values };
      return byDigest === undefined ? client.eval(SCRIPT, options) : client.evalSha(byDigest, options);
    }
    return byDigest === undefined
      ? client.eval(SCRIPT, keys.length, ...keys, ...values)
      : client.evalsha(byDigest, keys.length, ...keys, ...values);
  };
  return async (keys, values) => {
    digest ??= sha1(SCRIPT);
    try {
      return await run(await digest, keys, values);
    } catch (error) {
      // A server that was restarted has forgotten it.
      if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return run(undefined, keys, values);
      throw error;
    }
  };
}

function isNodeRedisCluster(client: object): client is SendsToNode {
  return "evalSha" in client && "slots" in client && "sendCommand" in client;
}

async function sha1(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
