/** A member that is the object's own: names come from specs and servers, and `constructor` is one. */
export function own(holder: unknown, name: string): unknown {
  return holder instanceof Object && Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
}

/** Whether a body can be sent only once. */
export function isStream(body: unknown): body is ReadableStream {
  return Object.prototype.toString.call(body) === "[object ReadableStream]";
}
