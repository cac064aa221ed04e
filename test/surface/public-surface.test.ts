import { Node, Project, type ExportedDeclarations } from "ts-morph";
import { expect, it } from "vitest";

/** Everything that a package's entry exports, in a line each, with the members of its classes. */
function surfaceOf(entry: string): string {
  const project = new Project({ tsConfigFilePath: "generated/client/tsconfig.json" });
  const exported = project.getSourceFileOrThrow(entry).getExportedDeclarations();
  const lines = [...exported]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, [declaration]]) => {
      return declaration ? [`${kindOf(declaration)} ${name}`, ...membersOf(declaration)] : [];
    });
  return `${lines.join("\n")}\n`;
}

function kindOf(declaration: ExportedDeclarations): string {
  if (Node.isClassDeclaration(declaration)) return "class";
  if (Node.isFunctionDeclaration(declaration)) return "function";
  return Node.isVariableDeclaration(declaration) ? "const" : "type";
}

function membersOf(declaration: ExportedDeclarations): string[] {
  if (!Node.isClassDeclaration(declaration)) return [];
  const published = declaration.getMethods().filter((method) => !method.getName().startsWith("#"));
  const methods = published.map((method) => {
    const parameters = method
      .getParameters()
      .map((parameter) => `${parameter.getName()}${parameter.isOptional() ? "?" : ""}`);
    return `  ${method.getName()}(${parameters.join(", ")})`;
  });
  const properties = declaration.getProperties().filter((property) => !property.getName().startsWith("#"));
  return [...properties.map((property) => `  ${property.getName()}`), ...methods];
}

// Growth of the public surface shows in the diff of these files; `npx vitest run test/surface -u` accepts it.
it.each([
  ["the client", "generated/client/src/index.ts", "workspace-client.txt"],
  ["the Redis store", "generated/client/src/redis/index.ts", "workspace-redis.txt"],
  ["the webhooks", "generated/client/src/webhooks.ts", "workspace-webhooks.txt"],
  ["the worker", "generated/client/src/additions/agent.ts", "workspace-agent.txt"],
  ["the OAuth entry", "generated/client/src/oauth.ts", "workspace-oauth.txt"],
  ["the operations", "generated/client/src/operations.ts", "workspace-operations.txt"],
])("%s has the public surface that is written down", async (_, entry, file) => {
  await expect(surfaceOf(entry)).toMatchFileSnapshot(file);
});
