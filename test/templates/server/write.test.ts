import { describe, expect, it } from "vitest";

import { readBody } from "../../../templates/server/src/runtime/body.js";
import type { BodyContract, OperationContract } from "../../../templates/server/src/runtime/contract.js";
import { outputResponse } from "../../../templates/server/src/runtime/write.js";

/** An operation of which only what is written matters here. */
function operation(...mediaTypes: string[]): OperationContract {
  const responses = { 200: { mediaTypes } };
  // The rest of the contract is not read when an answer is written.
  return { id: "op", responses } as unknown as OperationContract;
}

describe("an answer", () => {
  it("keeps the content type that the handler states", () => {
    const headers = { "Content-Type": "image/webp" };
    const body = new Blob(["x"]);
    const { headers: sent } = outputResponse(operation("image/*"), { status: 200, headers, body });
    expect(sent.get("content-type")).toBe("image/webp");
  });

  it("has the declared type, or that of its body where a range is declared", () => {
    const json = outputResponse(operation("application/json"), { status: 200, body: {} });
    expect(json.headers.get("content-type")).toBe("application/json");
    const png = outputResponse(operation("image/*"), {
      status: 200,
      body: new Blob(["x"], { type: "image/png" }),
    });
    expect(png.headers.get("content-type")).toBe("image/png");
    const bytes = outputResponse(operation("image/*"), { status: 200, body: new Blob(["x"]) });
    expect(bytes.headers.get("content-type")).toBe("application/octet-stream");
  });

  it("has no body where none is declared", async () => {
    const response = outputResponse(operation(), { status: 200, body: { a: 1 } });
    expect(await response.text()).toBe("");
    expect(response.headers.get("content-type")).toBe(null);
  });

  it("writes items as lines, or as a sequence, one at a time", async () => {
    const lines = outputResponse(operation("application/x-ndjson"), {
      status: 200,
      body: [{ a: 1 }, { a: 2 }],
    });
    expect(await lines.text()).toBe('{"a":1}\n{"a":2}\n');
    const sequence = outputResponse(operation("application/json-seq"), { status: 200, body: [1] });
    expect(await sequence.text()).toBe("\u001e1\n");
  });
});

describe("a body", () => {
  const contract = {
    required: true,
    contents: [{ mediaType: "text/plain", kind: "text" }],
  } as unknown as BodyContract; // as it is emitted
  const request = (text: string, headers: Record<string, string> = {}): Request =>
    new Request("http://localhost/", {
      method: "POST",
      body: text,
      headers: { "content-type": "text/plain", ...headers },
    });

  it.each([[{}], [{ "content-length": "5" }]])(
    "of exactly the limit is read, whose length is told: %j",
    async (headers) => {
      expect(await readBody(contract, request("12345", headers), 5)).toMatchObject({ value: "12345" });
    },
  );

  it.each([[{}], [{ "content-length": "6" }]])("of one byte more is refused: %j", async (headers) => {
    await expect(readBody(contract, request("123456", headers), 5)).rejects.toMatchObject({
      kind: "tooLarge",
    });
  });
});
