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
  readonly operations: Map<string, Entry<Operation>>;
}

interface Entry<Operation> {
  readonly operation: Operation;
  readonly names: readonly string[];
}

/** Finds operations by path and method. Where several paths fit, the one that is fixed earliest wins. */
export class Router<Operation extends Pick<OperationContract, "method" | "path">> {
  readonly #root: Node<Operation> = emptyNode();

  constructor(operations: Iterable<Operation>) {
    for (const operation of operations) this.#add(operation);
  }

  /** @param path - The path below the base path, still percent-encoded. */
  match(method: string, path: string): Routed<Operation> {
    if (!path.startsWith("/")) return { kind: "notFound" };
    const segments = segmentsOf(path);
    if (!segments) return { kind: "malformed" };
    const search: Search<Operation> = { method, segments, values: [], others: [] };
    const found = find(search, this.#root, 0);
    if (found) {
      const params: Record<string, string> = {};
      found.names.forEach((name, index) => (params[name] = search.values[index] ?? ""));
      return { kind: "match", operation: found.operation, params };
    }
    if (search.others.length === 0) return { kind: "notFound" };
    const methods = new Set(search.others.flatMap(({ operations }) => [...operations.keys()]));
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

/** What is looked for, and what was found on the way. */
interface Search<Operation> {
  readonly method: string;
  /** Percent-decoded. The first is what stands before the first slash: nothing. */
  readonly segments: readonly string[];
  /** Of the parameters on the way to where the search is. */
  readonly values: string[];
  /** Nodes of the path that have other methods. */
  readonly others: Node<Operation>[];
}

function find<Operation>(
  search: Search<Operation>,
  node: Node<Operation>,
  depth: number,
): Entry<Operation> | undefined {
  const segment = search.segments[depth + 1];
  if (segment === undefined) return operationOf(search, node);
  const fixed = node.fixed.get(segment);
  const found = fixed && find(search, fixed, depth + 1);
  if (found) return found;
  for (const { pattern, node: next } of node.patterns) {
    const match = pattern.exec(segment);
    const below = match && findBelow(search, next, depth, match.slice(1));
    if (below) return below;
  }
  // An empty segment is no value: `/things/` is not `/things/{id}`.
  return node.parameter && segment !== "" ? findBelow(search, node.parameter, depth, [segment]) : undefined;
}

/** Goes on below a parameter; where that leads nowhere, its values are forgotten. */
function findBelow<Operation>(
  search: Search<Operation>,
  node: Node<Operation>,
  depth: number,
  values: readonly string[],
): Entry<Operation> | undefined {
  const known = search.values.length;
  search.values.push(...values);
  const found = find(search, node, depth + 1);
  if (!found) search.values.length = known;
  return found;
}

/** HEAD is answered by what answers GET, unless the operation exists. */
function operationOf<Operation>(
  { method, others }: Search<Operation>,
  node: Node<Operation>,
): Entry<Operation> | undefined {
  const { operations } = node;
  const own = operations.get(method) ?? (method === "HEAD" ? operations.get("GET") : undefined);
  if (!own && operations.size > 0) others.push(node);
  return own;
}

/** The segments of a path, percent-decoded, after an empty one; `undefined` when one of them cannot be decoded. */
function segmentsOf(path: string): readonly string[] | undefined {
  const segments = path.split("/");
  if (!path.includes("%")) return segments;
  const decoded = segments.map(decode).filter((segment) => segment !== undefined);
  return decoded.length === segments.length ? decoded : undefined;
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
