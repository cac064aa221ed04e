import type { ServerResponse } from "node:http";

import type { ApiModel, Operation } from "../../generator/model/api-model.js";
import { json, serve, type Received, type TestServer } from "./api-server.js";

/** A real server that answers each operation of a model with its first example of success, unless `first` does. */
export function serveExamples(
  model: ApiModel,
  base: string,
  first: (request: Received, response: ServerResponse) => boolean = () => false,
): Promise<TestServer> {
  const routes = model.operations.map((operation) => ({ operation, pattern: patternOf(base, operation) }));
  return serve((request, response) => {
    if (first(request, response)) return undefined;
    const { method, url } = request;
    const [path = ""] = url.split("?");
    const route = routes.find(({ operation, pattern }) => operation.method === method && pattern.test(path));
    const success = route?.operation.responses.find(({ status }) => status.startsWith("2"));
    if (!success) return json(response, 404, { code: "no_route", message: `${method} ${path}` });
    const [content] = success.contents;
    if (!content) return response.writeHead(Number(success.status)).end();
    const type = content.mediaType;
    const body = content.kind === "json" ? JSON.stringify(content.examples[0]?.value) : "bytes";
    return response.writeHead(Number(success.status), { "content-type": type }).end(body);
  });
}

/** Literal segments come before parameters, as in any router. */
function patternOf(base: string, { path }: Operation): RegExp {
  const source = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]+\}/g, "(?!search$)[^/]+");
  return new RegExp(`^${base}${source}$`);
}
