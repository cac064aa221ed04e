import type { OperationContract } from "./contract.js";

/** An operation that a path and method lead to, with the path's values, percent-decoded. */
export interface Match<Operation> {
  readonly kind: "match";
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

export type Routed<Operation> =
  | Match<Operation>
  | { readonly kind: "notFound" }
  /** The path exists, with other methods. */
  | { readonly kind: "methodNotAllowed"; readonly allow: readonly string[] }
  /** A percent-encoding in the path cannot be decoded. */
  | { readonly kind: "malformed" };

interface Node<Operation> {
  readonly fixed: Map<string, Node<Operation>>;
  /** Segments such as `{owner}.{format}`, then plain parameters, in the order in which they are tried. */
  readonly patterns: { readonly key: string; readonly pattern: RegExp; readonly node: Node<Operation> }[];
  parameter?: Node<Operation>;
  /** By method, with the names of the path's parameters in order. */
  readonly operations: Map<string, { readonly operation: Operation; readonly names: readonly string[] }>;
}

/** Finds operations by path and method. Where several paths fit, the one that is fixed earliest wins. */
export class Router<Operation extends Pick<OperationContract, "method" | "path">> {
  readonly #root: Node<Operation> = emptyNode();

  constructor(operations: Iterable<Operation>) {
    for (const operation of operations) this.#add(operation);
  }

  /** @param path - The path below the base path, still percent-encoded. */
  match(method: string, path: string): Routed<Operation> {
    const segments: string[] = [];
    for (const segment of path.split("/").slice(1)) {
      const decoded = decode(segment);
      if (decoded === undefined) return { kind: "malformed" };
      segments.push(decoded);
    }
    const found: { node: Node<Operation>; values: readonly string[] }[] = [];
    const match = find(this.#root, segments, 0, [], (node, values) => {
      if (node.operations.size === 0) return false;
      found.push({ node, values });
      return operationOf(node, method) !== undefined;
    });
    if (match) {
      const last = found.at(-1);
      const entry = last && operationOf(last.node, method);
      if (entry) {
        const params = Object.fromEntries(entry.names.map((name, index) => [name, last.values[index] ?? ""]));
        return { kind: "match", operation: entry.operation, params };
      }
    }
    if (found.length === 0) return { kind: "notFound" };
    const methods = new Set(found.flatMap(({ node }) => [...node.operations.keys()]));
    if (methods.has("GET")) methods.add("HEAD");
    return { kind: "methodNotAllowed", allow: [...methods].sort() };
  }

  #add(operation: Operation): void {
    const names: string[] = [];
    let node = this.#root;
    for (const segment of operation.path.split("/").slice(1)) {
      names.push(...[...segment.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? ""));
      node = childOf(node, segment);
    }
    if (!node.operations.has(operation.method)) node.operations.set(operation.method, { operation, names });
  }
}

/** HEAD is answered by what answers GET, unless the operation exists. */
function operationOf<Operation>(node: Node<Operation>, method: string) {
  return node.operations.get(method) ?? (method === "HEAD" ? node.operations.get("GET") : undefined);
}

function find<Operation>(
  node: Node<Operation>,
  segments: readonly string[],
  index: number,
  values: readonly string[],
  accept: (node: Node<Operation>, values: readonly string[]) => boolean,
): boolean {
  const segment = segments[index];
  if (segment === undefined) return accept(node, values);
  const fixed = node.fixed.get(segment);
  if (fixed && find(fixed, segments, index + 1, values, accept)) return true;
  for (const { pattern, node: next } of node.patterns) {
    const match = pattern.exec(segment);
    if (match && find(next, segments, index + 1, [...values, ...match.slice(1)], accept)) return true;
  }
  // An empty segment is no value: `/things/` is not `/things/{id}`.
  if (!node.parameter || segment === "") return false;
  return find(node.parameter, segments, index + 1, [...values, segment], accept);
}

function childOf<Operation>(node: Node<Operation>, segment: string): Node<Operation> {
  if (/^\{[^{}]+\}$/.test(segment)) return (node.parameter ??= emptyNode());
  if (!segment.includes("{")) {
    const text = decode(segment) ?? segment;
    const known = node.fixed.get(text) ?? emptyNode<Operation>();
    node.fixed.set(text, known);
    return known;
  }
  const parts = segment.split(/\{[^{}]+\}/);
  const source = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("(.+?)");
  const known = node.patterns.find(({ key }) => key === source);
  if (known) return known.node;
  const child = emptyNode<Operation>();
  node.patterns.push({ key: source, pattern: new RegExp(`^${source}$`, "su"), node: child });
  return child;
}

function emptyNode<Operation>(): Node<Operation> {
  return { fixed: new Map(), patterns: [], operations: new Map() };
}

function decode(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
