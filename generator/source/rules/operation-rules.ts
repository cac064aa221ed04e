import { forOperations, objectOf, resolved, responsesOf, textsOf } from "./walk.js";

/** Verb, then noun: `listTasks`. */
const OPERATION_ID = /^[a-z]+([A-Z][a-z0-9]*)+$|^[a-z]+Me$/;

export const operationIdForm = forOperations(({ node, report }) => {
  const id = node["operationId"];
  if (typeof id === "string" && !OPERATION_ID.test(id)) {
    report(`The operationId "${id}" is not of the form verb + Noun. Write it like listTasks.`, "operationId");
  }
});

export const operationAuthenticated = forOperations(({ node, root, report }) => {
  const security = node["security"] ?? root["security"];
  if (!Array.isArray(security)) {
    report(
      "The operation does not say which credential it takes. Add `security`; an empty list is for public ones.",
    );
  } else if (security.some((alternative) => Object.keys(objectOf(alternative)).length === 0)) {
    report(
      "An empty alternative lets everyone in. Name a scheme, or write `security: []` for a public operation.",
      "security",
    );
  }
});

export const operationTagged = forOperations(({ node, report }) => {
  if (textsOf(node["tags"]).length === 0)
    report("The operation has no tag. Give it one that is declared under `tags`.", "tags");
});

/** The status that tells a caller to slow down, where the API states limits. */
export const operationRateLimited = forOperations(({ node, root, report }) => {
  const limits = objectOf(root["x-rate-limits"]);
  const isExempt = objectOf(node["x-rate-limits"])["cost"] === 0;
  if (Object.keys(limits).length === 0 || isExempt) return;
  const status = String(objectOf(limits["refusal"])["status"] ?? 429);
  if (!Object.hasOwn(objectOf(node["responses"]), status)) {
    report(
      `The operation has no ${status} response, though the API limits its rate. Add a ${status} response with its codes.`,
      "responses",
    );
  }
});

export const errorCodesListed = forOperations((operation) => {
  const catalogue = objectOf(operation.root["x-error-codes"]);
  for (const [status, response] of responsesOf(operation)) {
    if (!/^[45]/.test(status)) continue;
    const codes = textsOf(response["x-error-codes"]);
    const report = (message: string): void => operation.report(message, "responses", status);
    if (codes.length === 0)
      report(`The ${status} response lists no error codes. Add \`x-error-codes\` to it.`);
    for (const code of codes) {
      const stated = objectOf(catalogue[code])["status"];
      if (!Object.hasOwn(catalogue, code)) {
        report(`The error code "${code}" is not in the catalogue. Add it to \`x-error-codes\` at the root.`);
      } else if (/^\d+$/.test(status) && String(stated) !== status) {
        report(
          `The error code "${code}" comes with ${String(stated)}, not with ${status}. List it there, or correct the catalogue.`,
        );
      }
    }
  }
});

/** Examples on every body; that they are valid is for Redocly's own rule. */
export const bodyExamples = forOperations((operation) => {
  const { node, context, report } = operation;
  const check = (content: unknown, what: string, ...member: readonly string[]): void => {
    for (const [mediaType, media] of Object.entries(objectOf(content))) {
      const { example, examples } = objectOf(media);
      const isSchemaless =
        objectOf(media)["schema"] === undefined || /octet-stream|^(image|video|audio)\//.test(mediaType);
      if (isSchemaless || example !== undefined || Object.keys(objectOf(examples)).length > 0) continue;
      report(`${what} as ${mediaType} has no example. Add one under \`examples\`.`, ...member);
    }
  };
  if (node["requestBody"] !== undefined)
    check(resolved(context, node["requestBody"])["content"], "The request body", "requestBody");
  for (const [status, response] of responsesOf(operation)) {
    check(response["content"], `The ${status} response`, "responses", status);
  }
});

/** What `x-pagination` names must exist. */
export const paginationResolves = forOperations((operation) => {
  const { node, context, report } = operation;
  const pagination = objectOf(node["x-pagination"]);
  if (Object.keys(pagination).length === 0) return;
  const parameters = Array.isArray(node["parameters"])
    ? node["parameters"].map((it: unknown) => resolved(context, it))
    : [];
  for (const key of ["cursorParameter", "pageParameter", "offsetParameter", "limitParameter"]) {
    const name = pagination[key];
    if (typeof name !== "string" || parameters.some((it) => it["in"] === "query" && it["name"] === name))
      continue;
    report(
      `x-pagination names the parameter "${name}", which the operation does not have. Declare it.`,
      "x-pagination",
    );
  }
  const success = responsesOf(operation).find(([status]) => status.startsWith("2"))?.[1] ?? {};
  const [media] = Object.values(objectOf(success["content"]));
  for (const key of ["items", "next", "more"]) {
    const pointer = pagination[key];
    if (typeof pointer !== "string" || pointer === "") continue;
    const [member = ""] = pointer.split("/").slice(1);
    let schema = resolved(context, objectOf(media)["schema"]);
    const parts = [
      schema,
      ...(Array.isArray(schema["allOf"]) ? schema["allOf"].map((it: unknown) => resolved(context, it)) : []),
    ];
    schema = parts.find((part) => Object.hasOwn(objectOf(part["properties"]), member)) ?? {};
    if (Object.keys(schema).length === 0) {
      report(
        `x-pagination points to ${pointer}, but the response has no "${member}". Correct the pointer.`,
        "x-pagination",
      );
    }
  }
});
