import { describe, expect, it } from "vitest";

import type { NamedOperation } from "../../generator/model/named-operation.js";
import { keyOf, methodNames } from "../../generator/model/naming.js";

type Row = [request: string, id: string, tag?: string, rest?: Record<string, unknown>];

/** The full names of operations, in their order. */
function namesOf(rows: readonly Row[], kept: Record<string, string> = {}): string[] {
  const operations = rows.map(([request, id, tag, rest]): NamedOperation => {
    const [method = "", path = ""] = request.split(" ");
    return { id, method, path, operation: { ...(tag === undefined ? {} : { tags: [tag] }), ...rest } };
  });
  return methodNames(operations, kept).map(({ resource, methodName }) => [...resource, methodName].join("."));
}

/** Names that operations should have. */
function expectNames(rows: readonly [row: Row, want: string][]): void {
  expect(namesOf(rows.map(([row]) => row))).toEqual(rows.map(([, want]) => want));
}

describe("ids that frameworks make", () => {
  it("lose NestJS's class", () => {
    expectNames([
      [["get /cats", "CatsController_getAll", "Cats"], "cats.getAll"],
      [["get /dogs/{id}", "DogsController_findOne"], "dogs.findOne"],
    ]);
  });

  it("lose FastAPI's path and method, also where the path is mounted below another", () => {
    expectNames([
      [["get /items/{item_id}", "read_item_items__item_id__get", "items"], "items.read"],
      [["post /api/v1/items", "create_item_items_post", "items"], "items.create"],
    ]);
  });

  it("are not cut where they only look alike", () => {
    expectNames([[["get /items", "forget", "items"], "items.forget"]]);
  });
});

describe("ids whose parts have an order of their own", () => {
  it("put the verb first", () => {
    expectNames([
      [
        ["get /circuits/terminations/", "circuits_circuit-terminations_list", "circuits"],
        "circuits.listTerminations",
      ],
      [
        ["put /circuits/terminations/{id}/", "circuits_terminations_update", "circuits"],
        "circuits.updateTerminations",
      ],
      [
        ["patch /circuits/terminations/{id}/", "circuits_terminations_partial_update", "circuits"],
        "circuits.partialUpdateTerminations",
      ],
      [
        ["delete /circuits/terminations/", "circuits_terminations_bulk_delete", "circuits"],
        "circuits.bulkDeleteTerminations",
      ],
    ]);
  });

  it("lose the class before the verb, and the parameter that the signature shows", () => {
    expectNames([
      [["get /locks/{id}", "Lock_GetEnvelopeLock", "EnvelopeLocks"], "envelopeLocks.get"],
      [["get /claims/{claimNbr}", "getClaimByClaimNbr", "Claims"], "claims.get"],
    ]);
  });

  it("say whose the thing is where it belongs to another", () => {
    expectNames([
      [["get /roles/{id}", "retrieveRole", "Roles"], "roles.retrieve"],
      [["get /projects/{id}/roles/{role}", "retrieveProjectRole", "Roles"], "roles.retrieveForProject"],
      [["get /incidents/{id}/related", "listRelatedIncidents", "Incidents"], "incidents.listRelated"],
    ]);
  });
});

describe("ids that only spell method and path", () => {
  it("are named by method and the path's shape, nested by path", () => {
    expectNames([
      [["get /v1/customers", "GetCustomers"], "customers.list"],
      [["post /v1/customers", "PostCustomers"], "customers.create"],
      [["get /v1/customers/{customer}", "GetCustomersCustomer"], "customers.get"],
      [["post /v1/customers/{customer}", "PostCustomersCustomer"], "customers.update"],
      [["delete /v1/customers/{customer}", "DeleteCustomersCustomer"], "customers.delete"],
      [["get /v1/customers/{customer}/sources", "GetCustomersCustomerSources"], "customers.sources.list"],
      [["post /v1/refunds/{refund}/cancel", "PostRefundsRefundCancel"], "refunds.cancel"],
      [["get /v1/balance", "GetBalance"], "balance.get"],
    ]);
  });

  it("have `replace` for PUT beside PATCH, and `deleteAll` beside `delete`", () => {
    expectNames([
      [["put /things/{id}", "putId", "Things"], "things.replace"],
      [["patch /things/{id}", "patchId", "Things"], "things.update"],
      [["delete /things", "deleteThings", "Things"], "things.deleteAll"],
      [["delete /things/{id}", "deleteThing", "Things"], "things.delete"],
    ]);
  });
});

describe("a list and one of it", () => {
  it("are `list` and `get`, whichever stands first", () => {
    expectNames([
      [["get /customers", "getCustomers", "Customers"], "customers.list"],
      [["get /customers/{id}", "getCustomer", "Customers"], "customers.get"],
    ]);
  });

  it("of several owners all say whose they are", () => {
    expectNames([
      [["get /teams/{id}/styles", "getTeamStyles", "Styles"], "styles.listForTeam"],
      [["get /files/{key}/styles", "getFileStyles", "Styles"], "styles.listForFile"],
    ]);
  });
});

describe("resources", () => {
  it("lose the words that all tags begin with", () => {
    expectNames([
      [["post /m.json", "CreateMessage", "Api20100401Message"], "message.create"],
      [["get /c.json", "ListCall", "Api20100401Call"], "call.list"],
    ]);
  });

  it("come from paths where one tag stands on everything", () => {
    const rows = Array.from({ length: 25 }, (_, index): Row => [`get /things${index}s`, `x${index}`, "All"]);
    expect(namesOf(rows)[3]).toBe("things3s.x3");
  });

  it("keep their letters, whatever the language", () => {
    expectNames([[["get /a", "prüfe", "Müller"], "müller.prüfe"]]);
  });

  it("have a singular of their own", () => {
    expectNames([
      [["delete /responses/{id}", "deleteResponse", "Responses"], "responses.delete"],
      [["get /databases", "listDatabases", "Databases"], "databases.list"],
    ]);
  });
});

describe("the resource's word", () => {
  it.each([
    ["asyncSearchGet", "Search", "search.getAsyncSearch"],
    ["search", "Search", "search.search"],
    ["assignRoleToUser", "Users", "users.assignRole"],
    ["searchForTasks", "Tasks", "tasks.search"],
    ["getTeamTasks", "Tasks", "tasks.getTeamTasks"],
  ])("of %s on %s is dropped only where nothing is lost", (id, tag, want) => {
    expect(namesOf([["post /x", id, tag]])).toEqual([want]);
  });
});

describe("what the spec says", () => {
  it("wins over all else", () => {
    const said = { "x-resource": "teams.members", "x-method": "put" };
    expect(namesOf([["get /a", "listTasks", "Tasks", said]])).toEqual(["teams.members.put"]);
  });
});

describe("names that are kept", () => {
  it("stay when a new operation would take them", () => {
    const [old, added]: Row[] = [
      ["get /teams/{id}/tasks", "getTeamTasks", "Tasks"],
      ["get /tasks", "getTasks", "Tasks"],
    ];
    if (!old || !added) throw new Error("no rows");
    const kept = { [keyOf({ method: "get", path: "/teams/{id}/tasks" })]: "tasks.list" };
    expect(namesOf([added, old], kept)).toEqual(["tasks.getTasks", "tasks.list"]);
  });
});
