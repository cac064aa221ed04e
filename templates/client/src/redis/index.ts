export type { IoRedisClient, NodeRedisClient } from "./client.js";
export { createRedisStore, type RedisStoreOptions } from "./store.js";
export type { RateLimitBudget, RateLimitStore } from "../runtime/rate-limit-store.js";
