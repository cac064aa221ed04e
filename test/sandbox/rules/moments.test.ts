import { expect, it } from "vitest";

import { momentOf } from "../../../sandbox/src/moments.js";
import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

/** Date-times that are valid but that neither a database nor JSON could take as they are. */
const EXTREMES = {
  "2016-12-31T23:59:60Z": "2017-01-01T00:00:00.000Z",
  "2017-01-01T00:59:60.5+01:00": "2017-01-01T00:00:00.500Z",
  "0000-02-29T00:00:00Z": "0100-01-01T00:00:00.000Z",
  "0100-01-01T00:00:00+14:00": "0100-01-01T00:00:00.000Z",
  "9999-12-31T23:59:59-14:00": "9999-12-31T23:59:59.999Z",
};

it.each(Object.entries(EXTREMES))("reads %s as %s", (text, moment) => {
  expect(momentOf(text).toISOString()).toBe(moment);
});

describeDatabases("date-times at the edge", (open) => {
  const { send, outcome } = world(open);

  it.each(Object.entries(EXTREMES))("are kept and sought: %s", async (text, deadline) => {
    const body = { title: "Due", deadline: text };
    expect(await send("POST", "/tasks", { body })).toMatchObject({ status: 201, body: { deadline } });
    const asked = encodeURIComponent(text);
    for (const what of ["created", "updated", "deadline"])
      for (const side of ["After", "Before"])
        expect(await outcome("GET", `/tasks?${what}${side}=${asked}`)).toBe(200);
    expect(await outcome("GET", `/completed-work?endDate=${asked}`)).toBe(
      deadline.startsWith("0100") ? "invalid_parameter" : 200,
    );
    expect(await outcome("GET", `/recaps/me?startDate=${asked}`)).toBe("invalid_parameter");
  });

  it("are refused where only the future will do", async () => {
    const body = { description: "Old", expiresAt: "2016-12-31T23:59:60Z" };
    expect(await outcome("POST", "/api-keys", { body })).toBe("validation_failed");
  });
});

describeDatabases("text that cannot be kept", (open) => {
  const { send } = world(open);

  it.each(["NUL \0", "half \ud83d of a pair", "\ude00"])("is refused with its place: %j", async (title) => {
    const body = { title, type: "task" };
    expect(await send("POST", "/documents", { body })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/title", code: "pattern" }] },
    });
  });

  it("is told from whole pairs", async () => {
    expect(await send("POST", "/documents", { body: { title: "😀", type: "task" } })).toMatchObject({
      body: { title: "😀" },
    });
  });
});
