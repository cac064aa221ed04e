import { createHash } from "node:crypto";

/** Bytes that look random and are always the same for one name. */
export function bytesOf(name: string): (length: number) => Uint8Array {
  let block = 0;
  return (length) => {
    const bytes: Uint8Array[] = [];
    for (let size = 0; size < length; size += 64) bytes.push(hashOf(`${name} ${(block += 1)}`));
    return Buffer.concat(bytes).subarray(0, length);
  };
}

/** Choices that look random and are always the same for one name. */
export interface Choices {
  /** A whole number below `limit`. */
  below(limit: number): number;
  /** One of a list. */
  of<Item>(items: readonly [Item, ...Item[]]): Item;
  /** The rest of an id, after its prefix. */
  id(): string;
}

export function choicesOf(name: string): Choices {
  const next = bytesOf(name);
  const below = (limit: number): number => Buffer.from(next(4)).readUInt32BE() % limit;
  return {
    below,
    of: (items) => items[below(items.length)] ?? items[0],
    id: () => Buffer.from(next(8)).toString("hex"),
  };
}

function hashOf(text: string): Uint8Array {
  return createHash("sha512").update(text).digest();
}
