import type { Server } from "./api-model.js";
import { arrayOf, compact, objectOf, stringOf, textOf } from "../base/json.js";

/** The base URLs of an API, without a slash at the end. */
export function readServers(servers: unknown): Server[] {
  return arrayOf(servers).flatMap((server) => {
    const url = serverUrl(server);
    return url === undefined
      ? []
      : [compact<Server>({ url, description: textOf(objectOf(server)["description"]) })];
  });
}

/** A server's URL with its variables replaced by their defaults. */
export function serverUrl(server: unknown): string | undefined {
  const { url, variables } = objectOf(server);
  if (typeof url !== "string") return undefined;
  const filled = url.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    return stringOf(objectOf(objectOf(variables)[name])["default"]) ?? whole;
  });
  return filled.replace(/\/+$/, "");
}
