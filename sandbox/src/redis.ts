import { Redis } from "ioredis";

import { factsOf, type Log } from "./log.js";

const REDIS_PATIENCE_MS = 2000;

/**
 * Opens Redis and waits for it, so that the first requests are counted there. While it is out of reach or does not
 * answer, commands fail soon, and the limits are counted in memory.
 */
export async function openRedis(url: string, log: Log): Promise<Redis> {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    lazyConnect: true,
    connectTimeout: REDIS_PATIENCE_MS,
    commandTimeout: REDIS_PATIENCE_MS,
    socketTimeout: REDIS_PATIENCE_MS,
  });
  // It tries again and again: what matters is when it went, and when it came back.
  let isAway = false;
  redis.on("error", (error: Error) => {
    if (!isAway) log.error("redis is out of reach: limits are counted in memory", factsOf(error));
    isAway = true;
  });
  redis.on("ready", () => {
    if (isAway) log.info("redis is back");
    isAway = false;
  });
  // A failure was told by the event, and the client goes on trying.
  await redis.connect().catch(() => {});
  return redis;
}
