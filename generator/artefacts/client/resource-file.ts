import type { Resource } from "../../model/api-model.js";
import type { AddedCode, AddedMethod } from "./additions.js";
import { render } from "../../kit/templates.js";
import { code, importStatements, joined, typeFrom, valueFrom, type Code } from "../../kit/typescript/code.js";
import { moduleOf } from "./operations-file.js";
import type { ClientScope, OperationCode, Overload } from "./operation-code.js";
import { operationDoc, prose, tsdoc } from "../../kit/typescript/tsdoc.js";

/** `src/resources/<resource>.ts`: the class whose methods are the operations of a resource. */
export function emitResource(
  scope: ClientScope,
  resource: Resource,
  codes: readonly OperationCode[],
  added: AddedCode,
): string {
  const additions = added.methods.get(resource.path.join(".")) ?? [];
  const view = {
    api: typeFrom("./runtime/api.js", "Api"),
    doc: tsdoc(prose(resource.description)),
    class: resource.className,
    children: childrenOf(scope, resource).map(memberView),
    methods: [...codes.map((it) => operationMethod(resource, it)), ...additions.map(additionMethod)],
    additionTypes: additions.flatMap(({ code: { types } }) =>
      types.map(({ module, name }) => typeFrom(module, name)),
    ),
  };
  const imports = importStatements(`./resources/${resource.fileName}.ts`, view);
  return render("client/src/resources/resource.ts.hbs", { ...view, header: scope.header, imports });
}

/** A resource as a member of its parent, or of the client. */
export function memberView({ path, className, fileName, description }: Resource): object {
  return {
    doc: tsdoc(prose(description), "  "),
    member: path.at(-1),
    class: valueFrom(`./resources/${fileName}.js`, className),
  };
}

function operationMethod(resource: Resource, { operation, ...parts }: OperationCode): object {
  const { names, methodName } = operation;
  const signature = ({ parameters, result }: Overload): Code => code`(${parameters}): ${result}`;
  const from = (name: string): Code => valueFrom(moduleOf(resource), name);
  return {
    doc: operationDoc(operation, parts.argumentDocs, "  "),
    method: methodName,
    overloads: parts.overloads.map(signature),
    declaration: signature(parts.implementation),
    // No overload of the function takes all that those of the method take together.
    implementation:
      parts.overloads.length > 0
        ? code`${valueFrom("./runtime/call.js", "call")}(this.#api, ${from(names.descriptor)}, ${parts.input}, options)`
        : code`${from(names.function)}(${joined(["this.#api", ...parts.argumentNames], ", ")})`,
  };
}

function additionMethod({ method, function: name, module, code: added }: AddedMethod): object {
  return {
    doc: tsdoc(added.doc, "  "),
    method,
    overloads: [],
    declaration: `${added.typeParameters}(${added.parameters}): ${added.result}`,
    implementation: code`${valueFrom(module, name)}(${["this.#api", ...added.argumentNames].join(", ")})`,
  };
}

/** The resources directly below another; below none, those that the client itself holds. */
export function childrenOf(scope: ClientScope, parent?: Resource): Resource[] {
  const path = parent?.path ?? [];
  return scope.model.resources.filter(
    (resource) =>
      resource.path.length === path.length + 1 && path.every((part, index) => resource.path[index] === part),
  );
}
