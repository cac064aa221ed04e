import type { Oas3Visitor, UserContext } from "@redocly/openapi-core";

export type Json = Readonly<Record<string, unknown>>;

/** What a rule is told about an operation of the API; webhooks are not among them. */
export interface OperationNode {
  readonly node: Json;
  /** The root of the document. */
  readonly root: Json;
  readonly context: UserContext;
  /** Reports a problem at one of the operation's members, or at the operation's name. */
  report(message: string, ...member: readonly string[]): void;
}

/** A rule that looks at each operation below `paths`. */
export function forOperations(check: (operation: OperationNode) => void): () => Oas3Visitor {
  return () => {
    let root: Json = {};
    return {
      Root(node, context) {
        const document = objectOf(node);
        root = { ...document, "x-error-codes": resolved(context, document["x-error-codes"]) };
      },
      Paths: {
        PathItem: {
          Operation(operation: unknown, context: UserContext) {
            const node = objectOf(operation);
            const report = (message: string, ...member: readonly string[]): void => {
              const isThere = member[0] !== undefined && Object.hasOwn(node, member[0]);
              context.report({
                message,
                location: isThere ? context.location.child([...member]) : context.location.key(),
              });
            };
            check({ node, root, context, report });
          },
        },
      },
    };
  };
}

/** The responses of an operation by status, references followed. */
export function responsesOf({ node, context }: OperationNode): [string, Json][] {
  return Object.entries(objectOf(node["responses"])).map(([status, response]) => [
    status,
    resolved(context, response),
  ]);
}

/** The object that a value is or, by however many references, refers to. */
export function resolved(context: UserContext, value: unknown): Json {
  return objectOf(context.resolve<Json>(objectOf(value)).node);
}

export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
