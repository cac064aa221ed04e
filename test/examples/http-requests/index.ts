import { defineArtefact } from "specwright";

/** An artefact of a project's own: requests to click on, for editors that send `.http` files. */
export default defineArtefact<{ readonly baseUrl?: string }>({
  name: "http-requests",
  summary: "A .http file for each resource, with a request for each operation",
  options: {
    properties: {
      baseUrl: { type: "string", format: "uri", description: "The server; the spec's first unless given." },
    },
  },
  templates: new URL("./templates/", import.meta.url),
  emit: (model, { baseUrl = model.servers[0]?.url ?? "http://localhost:3000" }, kit) =>
    model.resources
      .filter(({ operations }) => operations.length > 0)
      .map((resource) => ({
        path: `${resource.path.join("-")}.http`,
        content: kit.render("resource.http.hbs", {
          header: kit.header("shell"),
          baseUrl,
          operations: model.operations
            .filter(({ id }) => resource.operations.includes(id))
            .map(({ method, path, summary, body }) => ({
              title: summary ?? `${method} ${path}`,
              method,
              path: path.replaceAll("{", "{{").replaceAll("}", "}}"),
              contentType: body?.contents[0]?.mediaType,
            })),
        }),
      })),
});
