import { arrayOf, objectOf, stringOf, stringsOf, type JsonObject } from "../base/json.js";

/** `x-pagination` as others say it. `undefined` for a form that has no counterpart. */
export type PaginationReader = (stated: JsonObject) => JsonObject | undefined;

/** A JSON Pointer from a JSONPath to one member: `$.data.items[-1].id`, `$response.next`. */
function pointerOf(path: unknown): string | undefined {
  if (typeof path !== "string") return undefined;
  const rest = path.replace(/^\$(response|request)?(\.body)?/, "");
  const tokens = [...rest.matchAll(/\.?([\w$-]+)|\[\s*['"]?([^\]'"]+)['"]?\s*\]/g)].map(
    ([, name, index]) => name ?? index ?? "",
  );
  if (/\*|\?|\.\./.test(rest)) return undefined;
  return tokens.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** `x-speakeasy-pagination`: inputs by what they are for, outputs by JSONPath. */
export const speakeasy: PaginationReader = ({ type, inputs, outputs }) => {
  const named = (kind: string): string | undefined => {
    const input = arrayOf(inputs)
      .map(objectOf)
      .find((it) => it["type"] === kind);
    return stringOf(input?.["name"]);
  };
  const { results, nextCursor, nextUrl } = objectOf(outputs);
  const common = { items: pointerOf(results) ?? "", limitParameter: named("limit") };
  if (type === "url") return { ...common, style: "link", next: pointerOf(nextUrl) };
  if (type === "cursor")
    return { ...common, style: "cursor", cursorParameter: named("cursor"), next: pointerOf(nextCursor) };
  if (named("page") !== undefined) return { ...common, style: "page", pageParameter: named("page") };
  return named("offset") === undefined
    ? undefined
    : { ...common, style: "offset", offsetParameter: named("offset") };
};

/** `x-fern-pagination`: properties of the request and the response by `$request.…` and `$response.…`. */
export const fern: PaginationReader = (stated) => {
  const parameter = (path: unknown): string | undefined => stringOf(path)?.split(".").at(-1);
  const items = pointerOf(stated["results"]) ?? "";
  if (stated["next_uri"] !== undefined || stated["next_path"] !== undefined)
    return { style: "link", items, next: pointerOf(stated["next_uri"] ?? stated["next_path"]) };
  if (stated["cursor"] !== undefined)
    return {
      style: "cursor",
      items,
      cursorParameter: parameter(stated["cursor"]),
      next: pointerOf(stated["next_cursor"]),
    };
  const name = parameter(stated["offset"]);
  if (name === undefined) return undefined;
  const more = pointerOf(stated["has-next-page"]);
  // Fern calls page numbers an offset too; a step tells that it counts items.
  const isPage = /page/i.test(name) && stated["step"] === undefined;
  return {
    style: isPage ? "page" : "offset",
    items,
    [isPage ? "pageParameter" : "offsetParameter"]: name,
    more,
  };
};

/** `x-ms-pageable`: the member that holds the next page's URL; null: there is one page. */
export const azure: PaginationReader = ({ nextLinkName, itemName }) => {
  if (typeof nextLinkName !== "string" || nextLinkName === "") return undefined;
  const path = (name: string): string => `/${name.split(".").join("/")}`;
  return { style: "link", items: path(stringOf(itemName) ?? "value"), next: path(nextLinkName) };
};

/** `x-redocly-pagination`: as ours, with other words for the parameters. */
export const redocly: PaginationReader = (stated) => {
  const style = stringOf(stated["style"] ?? stated["type"]) ?? "cursor";
  if (!["cursor", "page", "offset", "link"].includes(style)) return undefined;
  const parameter = stringOf(
    stated["param"] ?? stated["parameter"] ?? stated[`${style}Param`] ?? stated[`${style}Parameter`],
  );
  const pointer = (value: unknown): string | undefined =>
    typeof value === "string" && value.startsWith("/")
      ? value
      : pointerOf(typeof value === "string" ? `$.${value.replace(/^\$\./, "")}` : undefined);
  return {
    style,
    items: pointer(stated["items"]) ?? "",
    next: pointer(stated["next"] ?? stated["nextCursor"]),
    limitParameter: stringOf(stated["limitParam"] ?? stated["limitParameter"]),
    ...(style === "link" ? {} : { [`${style}Parameter`]: parameter }),
  };
};

/** What parameters and members are for: `x-stainless-pagination-property: { purpose }`. */
export function stainless(parameters: readonly JsonObject[], answer: JsonObject): JsonObject | undefined {
  const purposeOf = (it: unknown): string | undefined =>
    stringOf(objectOf(objectOf(it)["x-stainless-pagination-property"])["purpose"]);
  const find = (...purposes: string[]): string | undefined =>
    stringOf(
      parameters.find((it) => purposes.includes(purposeOf(it) ?? purposeOf(it["schema"]) ?? ""))?.["name"],
    );
  const member = (...purposes: string[]): string | undefined => {
    const entry = Object.entries(objectOf(answer["properties"])).find(([, it]) =>
      purposes.includes(purposeOf(it) ?? ""),
    );
    return entry && `/${entry[0]}`;
  };
  const lists = Object.entries(objectOf(answer["properties"])).filter(([, it]) =>
    stringsOf([objectOf(it)["type"]]).includes("array"),
  );
  const items = member("items") ?? (lists.length === 1 && lists[0] ? `/${lists[0][0]}` : undefined);
  if (items === undefined) return undefined;
  const cursor = find("next_cursor_param", "cursor_param");
  if (cursor !== undefined)
    return {
      style: "cursor",
      cursorParameter: cursor,
      items,
      next: member("next_cursor_field", "cursor_field"),
    };
  const page = find("page_number_param");
  if (page !== undefined) return { style: "page", pageParameter: page, items };
  const offset = find("offset_count_param", "offset_count_start_param");
  return offset === undefined ? undefined : { style: "offset", offsetParameter: offset, items };
}
