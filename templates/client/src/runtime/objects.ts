/** A member that is the object's own: names come from specs and servers, and `constructor` is one. */
export function own(holder: unknown, name: string): unknown {
  return holder instanceof Object && Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
}
