import type { BodyDecoder, BodyEncoder, ParameterStyle } from "./codecs.js";
import type { LayerFactory } from "./layer.js";
import type { CachePolicy, OperationPolicy } from "./policy.js";

/** What the runtime has to know of an operation. Emitted beside each operation's function. */
export interface Operation extends OperationPolicy {
  /** Path parameters that fall back to the client's own value. */
  readonly defaults?: readonly string[];
  /** The names of its query parameters. */
  readonly query?: readonly string[];
  /** How parameters are written that depart from OpenAPI's default style, by place and name. */
  readonly styles?: Readonly<Record<string, ParameterStyle>>;
  /** How the body is written, by media type; the first is the default. Absent: the operation has no body. */
  readonly body?: Readonly<Record<string, BodyEncoder>>;
  /** The media types that may be asked for; the first is the default. Absent: JSON. */
  readonly accept?: readonly string[];
  /** A success may come without a body, though its status is not 204. */
  readonly mayBeEmpty?: boolean;
  /** How answers other than JSON are read, by media type. */
  readonly decode?: Readonly<Record<string, BodyDecoder>>;
  /**
   * Statuses for which the spec declares a single code that bodies need not repeat. It counts where the response is of
   * the declared media type: a page of a proxy has no code.
   */
  readonly impliedCodes?: Readonly<
    Record<number, { readonly code: string; readonly mediaTypes: readonly string[] }>
  >;
  readonly pagination?: Pagination;
  /** The cache comes with the operations that use it, so that others do not bring it. */
  readonly cache?: CachePolicy & { readonly layer: LayerFactory };
}

/** How a list goes on; members of the body are named by JSON Pointer (RFC 6901), `-1` is an array's last index, and headers
 * as `header:X-Next`. */
export interface Pagination {
  readonly style: "cursor" | "page" | "offset" | "link";
  /** The parameter that asks for the next page; none for `link` (RFC 8288). */
  readonly parameter?: string;
  /** Where it stands; in the query unless stated: searches by POST have it in their body. */
  readonly in?: "query" | "body";
  readonly items: string;
  readonly next?: string;
  readonly more?: string;
  /** The number of the first page, or the first offset, when the query says none; 1 and 0. */
  readonly start?: number;
  /** The number of all items: no page is asked for beyond it. */
  readonly total?: string;
  /** The number of all pages. */
  readonly totalPages?: string;
  /** The status of a page after the last one. */
  readonly endStatus?: number;
}
