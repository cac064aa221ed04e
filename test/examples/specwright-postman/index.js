import { ArtefactError, defineArtefact } from "specwright";

/** An artefact that comes as an npm package, in plain JavaScript. A config names the package. */
export default defineArtefact({
  name: "postman",
  summary: "A Postman collection (v2.1)",
  options: {
    properties: {
      title: { type: "string", description: "The collection's name; the API's unless given." },
      folders: { enum: ["resources", "none"], description: "How requests are grouped." },
    },
  },
  emit(model, { title = model.title, folders = "resources" }) {
    if (model.operations.length === 0)
      throw new ArtefactError(
        "The API has no operations for a collection.",
        "Remove the artefact, or add a path.",
      );
    const items = model.operations.map((operation) => ({
      name: operation.summary ?? operation.id,
      request: {
        method: operation.method,
        url: `{{baseUrl}}${operation.path.replace(/\{([^{}]+)\}/g, ":$1")}`,
        description: operation.description,
      },
      group: operation.resource.join("."),
    }));
    const strip = ({ name, request }) => ({ name, request });
    const groups = [...new Set(items.map(({ group }) => group))].map((name) => ({
      name,
      item: items.filter(({ group }) => group === name).map(strip),
    }));
    const collection = {
      info: { name: title, schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
      variable: [{ key: "baseUrl", value: model.servers[0]?.url ?? "" }],
      item: folders === "none" ? items.map(strip) : groups,
    };
    return [{ path: "collection.json", content: JSON.stringify(collection), format: true }];
  },
});
