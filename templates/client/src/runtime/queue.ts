/** Where something stands in a queue: the higher priority first, then the lower sequence. */
export interface Queued {
  readonly priority: number;
  readonly sequence: number;
  /** Places that it needs. */
  readonly cost: number;
  /** Kept by the queue; -1 when it is in none. */
  index: number;
}

/** A priority queue: a binary heap, so that what comes, goes or gives up in between costs `log n`. */
export class Queue<Item extends Queued> {
  readonly #items: Item[] = [];
  /** Places needed, by priority. */
  readonly #places = new Map<number, number>();

  get size(): number {
    return this.#items.length;
  }

  get head(): Item | undefined {
    return this.#items[0];
  }

  [Symbol.iterator](): Iterator<Item> {
    return [...this.#items][Symbol.iterator]();
  }

  /** Places that those need which have this priority or a higher one. */
  places(priority: number = -Infinity): number {
    let sum = 0;
    for (const [other, places] of this.#places) if (other >= priority) sum += places;
    return sum;
  }

  add(item: Item): void {
    this.#count(item.priority, item.cost);
    this.#place(item, this.#items.length);
  }

  remove(item: Item): void {
    const { index } = item;
    const last = this.#items.pop();
    if (last && last !== item) this.#place(last, index);
    item.index = -1;
    this.#count(item.priority, -item.cost);
  }

  #count(priority: number, cost: number): void {
    const places = (this.#places.get(priority) ?? 0) + cost;
    if (places > 0) this.#places.set(priority, places);
    else this.#places.delete(priority);
  }

  /** Puts an item where a gap is, or further up or down. */
  #place(item: Item, gap: number): void {
    const items = this.#items;
    const move = (other: Item, to: number): number => {
      const from = other.index;
      items[to] = other;
      other.index = to;
      return from;
    };
    for (let parent; (parent = items[(gap - 1) >> 1]) && isBefore(item, parent);) gap = move(parent, gap);
    for (;;) {
      let child = items[gap * 2 + 1];
      const other = items[gap * 2 + 2];
      if (child && other && isBefore(other, child)) child = other;
      if (!child || !isBefore(child, item)) break;
      gap = move(child, gap);
    }
    items[gap] = item;
    item.index = gap;
  }
}

function isBefore(a: Queued, b: Queued): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.sequence < b.sequence);
}
