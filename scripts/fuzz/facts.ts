/** What an object of an answer said of itself, with the ids of all that it was found in. */
export type Fact = Readonly<Record<string, string>>;

const KEPT = 600;
const ID = /Id$/;

/**
 * What the answers so far told, so that later requests are about things that are there, and that belong together: a
 * comment and its task, a claim and its session and token.
 */
export class Facts {
  #facts: Fact[] = [];
  readonly #ids = new Map<string, true>();

  /** Keeps what an answer to a request told, the newest of it. */
  learn(path: Readonly<Record<string, unknown>>, answer: unknown): readonly Fact[] {
    const found = factsIn(answer, textsOf(path));
    this.#facts = [...found, ...this.#facts].slice(0, KEPT);
    for (const fact of found) {
      for (const [name, id] of Object.entries(fact)) {
        if (!ID.test(name)) continue;
        this.#ids.delete(id);
        this.#ids.set(id, true);
      }
    }
    for (const id of this.#ids.keys()) {
      if (this.#ids.size <= KEPT) break;
      this.#ids.delete(id);
    }
    return found;
  }

  /** The facts that have all of these members, the newest first. */
  about(names: readonly string[]): readonly Fact[] {
    return this.#facts.filter((fact) => names.every((name) => Object.hasOwn(fact, name)));
  }

  ids(): Iterable<string> {
    return this.#ids.keys();
  }
}

/** One fact for each object in a value, the outer ones first; `around` is what it was found in. */
export function factsIn(value: unknown, around: Fact): Fact[] {
  if (Array.isArray(value)) return value.flatMap((item) => factsIn(item, around));
  if (typeof value !== "object" || value === null) return [around];
  const own = { ...around, ...textsOf(value) };
  const ids = Object.fromEntries(Object.entries(own).filter(([name]) => ID.test(name)));
  const inner = Object.values(value).filter((member) => typeof member === "object" && member !== null);
  return [own, ...inner.flatMap((member) => factsIn(member, ids))];
}

function textsOf(value: object): Fact {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      typeof member === "string" && member !== "" && name !== "workspaceId" ? [[name, member]] : [],
    ),
  );
}
