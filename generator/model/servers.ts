import type { Server, ServerVariable } from "./api-model.js";
import { arrayOf, compact, objectOf, stringOf, stringsOf, textOf } from "../base/json.js";

/** The base URLs of an API, without a slash at the end. */
export function readServers(servers: unknown): Server[] {
  return arrayOf(servers).flatMap((value) => {
    const url = serverUrl(value);
    if (url === undefined) return [];
    const server = objectOf(value);
    const variables = readVariables(server["variables"]);
    return [
      compact<Server>({
        url,
        name: textOf(server["name"]),
        description: textOf(server["description"]),
        ...(variables.length > 0 ? { template: stringOf(server["url"]), variables } : {}),
      }),
    ];
  });
}

function readVariables(variables: unknown): ServerVariable[] {
  return Object.entries(objectOf(variables)).map(([name, value]) => {
    const variable = objectOf(value);
    const values = stringsOf(variable["enum"]);
    return compact<ServerVariable>({
      name,
      default: stringOf(variable["default"]) ?? "",
      enum: values.length > 0 ? values : undefined,
      description: textOf(variable["description"]),
    });
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
