import {
  Node,
  Project,
  type ExportedDeclarations,
  type MethodDeclaration,
  type MethodSignature,
  type ParameterDeclaration,
  type PropertyDeclaration,
  type PropertySignature,
} from "ts-morph";
import { expect, it } from "vitest";

/** Everything that a package's entry exports, in a line each, with the members of its classes and interfaces and their types. */
function surfaceOf(tsConfigFilePath: string, entry: string): string {
  const project = new Project({ tsConfigFilePath });
  const exported = project.addSourceFileAtPath(entry).getExportedDeclarations();
  const lines = [...exported]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, [declaration]]) => {
      return declaration ? [headOf(name, declaration), ...membersOf(declaration)] : [];
    });
  return `${lines.join("\n")}\n`;
}

function headOf(name: string, declaration: ExportedDeclarations): string {
  if (Node.isClassDeclaration(declaration)) {
    const base = declaration.getExtends()?.getText();
    return `class ${name}${base === undefined ? "" : ` extends ${base}`}`;
  }
  if (Node.isFunctionDeclaration(declaration)) {
    return `function ${name}(${parametersOf(declaration.getParameters())})`;
  }
  if (Node.isVariableDeclaration(declaration)) return `const ${name}`;
  if (Node.isInterfaceDeclaration(declaration)) {
    const bases = declaration.getExtends().map((base) => base.getText());
    return `interface ${name}${bases.length === 0 ? "" : ` extends ${bases.join(", ")}`}`;
  }
  const type = Node.isTypeAliasDeclaration(declaration) ? declaration.getTypeNode() : undefined;
  return type && !Node.isTypeLiteral(type) ? `type ${name} = ${oneLine(type.getText())}` : `type ${name}`;
}

function membersOf(declaration: ExportedDeclarations): string[] {
  if (Node.isClassDeclaration(declaration)) {
    const isPublic = (member: MethodDeclaration | PropertyDeclaration): boolean =>
      !member.getName().startsWith("#") && member.getScope() === "public";
    return [
      ...declaration.getConstructors().map((each) => `  new (${parametersOf(each.getParameters())})`),
      ...declaration.getProperties().filter(isPublic).map(propertyLine),
      ...declaration.getMethods().filter(isPublic).map(methodLine),
    ];
  }
  const type = Node.isTypeAliasDeclaration(declaration) ? declaration.getTypeNode() : declaration;
  if (!Node.isInterfaceDeclaration(type) && !Node.isTypeLiteral(type)) return [];
  return [...type.getProperties().map(propertyLine), ...type.getMethods().map(methodLine)];
}

function propertyLine(property: PropertyDeclaration | PropertySignature): string {
  const type = property.getTypeNode()?.getText();
  const mark = property.hasQuestionToken() ? "?" : "";
  return `  ${property.getName()}${mark}${type === undefined ? "" : `: ${oneLine(type)}`}`;
}

function methodLine(method: MethodDeclaration | MethodSignature): string {
  return `  ${method.getName()}(${parametersOf(method.getParameters())})`;
}

function parametersOf(parameters: readonly ParameterDeclaration[]): string {
  return parameters
    .map((parameter) => {
      const name = Node.isIdentifier(parameter.getNameNode()) ? parameter.getName() : "options";
      const type = parameter.getTypeNode()?.getText();
      return `${name}${parameter.isOptional() ? "?" : ""}${type === undefined ? "" : `: ${oneLine(type)}`}`;
    })
    .join(", ");
}

/** A type on one line, without comments, cut where it is long: what changes in it shows in the emitted file. */
function oneLine(text: string): string {
  const line = text
    .replace(/\/\*[^]*?\*\/|\/\/.*/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}

const CLIENT = "generated/client/tsconfig.json";
const SERVER = "generated/server/tsconfig.json";
const ROOT = "tsconfig.json";

// Growth of the public surface shows in the diff of these files; `npx vitest run test/surface -u` accepts it.
it.each([
  ["the client", CLIENT, "generated/client/src/index.ts", "workspace-client.txt"],
  ["the Redis store", CLIENT, "generated/client/src/redis/index.ts", "workspace-redis.txt"],
  ["the webhooks", CLIENT, "generated/client/src/webhooks.ts", "workspace-webhooks.txt"],
  ["the worker", CLIENT, "generated/client/src/additions/agent.ts", "workspace-agent.txt"],
  ["the OAuth entry", CLIENT, "generated/client/src/oauth.ts", "workspace-oauth.txt"],
  ["the operations", CLIENT, "generated/client/src/operations.ts", "workspace-operations.txt"],
  ["the server's contract", SERVER, "generated/server/src/index.ts", "workspace-server.txt"],
  ["the generator", ROOT, "generator/index.ts", "specwright.txt"],
  ["the sandbox", ROOT, "sandbox/src/index.ts", "sandbox.txt"],
])("%s has the public surface that is written down", async (_, config, entry, file) => {
  await expect(surfaceOf(config, entry)).toMatchFileSnapshot(file);
});
