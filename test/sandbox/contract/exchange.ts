import { contract, type OperationId } from "@workspace-api/server";

import type { CallOptions, TestSandbox } from "../../support/sandbox.js";

/** What a call is about; a path parameter that is left out is the workspace. */
export interface Input extends CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  /** In place of the identity's own credential. */
  readonly token?: string;
}

/** The members of a JSON object; those that scenarios use are texts. */
export type Body = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Calls operations by their ids, and keeps which of their declared answers came. */
export class Exchange {
  readonly #seen = new Set<string>();

  constructor(readonly sandbox: TestSandbox) {}

  async send(id: OperationId, input: Input = {}): Promise<Answer> {
    const { method, path } = contract.operations[id];
    const filled = path.replace(/\{([^{}]+)\}/g, (_, name: string) =>
      encodeURIComponent(input.path?.[name] ?? "current"),
    );
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(input.query ?? {}))
      for (const item of [value].flat()) if (item !== undefined) query.append(name, String(item));
    const authorization = input.token === undefined ? {} : { authorization: `Bearer ${input.token}` };
    const headers = { ...authorization, ...input.headers };
    const response = await this.sandbox.call(method, `${filled}?${query}`, { ...input, headers });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    // Scenarios take out only what the spec says is a text.
    const body = (isJson && text !== "" ? JSON.parse(text) : {}) as Body;
    this.#seen.add(`${id} ${response.ok || response.status < 400 ? response.status : String(body.code)}`);
    return { status: response.status, headers: response.headers, body };
  }

  /** The same, for a call that a scenario needs to succeed. */
  async done(id: OperationId, input: Input = {}): Promise<Body> {
    const { status, body } = await this.send(id, input);
    if (status >= 400) throw new Error(`${id} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** The code that a call is refused with; its status if it is not. */
  async refusal(id: OperationId, input: Input = {}): Promise<string> {
    const { status, body } = await this.send(id, input);
    return status < 400 ? String(status) : String(body["code"]);
  }

  /** Reads an object, reads it again by its ETag, and tells the ETag. */
  async unchanged(id: OperationId, input: Input = {}): Promise<string> {
    const etag = (await this.send(id, input)).headers.get("etag") ?? "";
    await this.send(id, { ...input, headers: { "if-none-match": etag } });
    return etag;
  }

  /** The declared answers that have not come yet. */
  missing(): string[] {
    return Object.values(contract.operations).flatMap(({ id, codes, responses }) => {
      const successes = Object.keys(responses).filter((status) => Number(status) < 400);
      return [...successes, ...Object.keys(codes)].flatMap((answer) =>
        this.#seen.has(`${id} ${answer}`) ? [] : [`${id} ${answer}`],
      );
    });
  }
}
