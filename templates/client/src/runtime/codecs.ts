/** What writes parameters and bodies, and reads answers. Operations name the ones that they need. */

/** Percent-encodes a text for the place that it goes to. */
export type Encode = (text: string) => string;

/** Writes a parameter. `plain` is the default style of its place, for styles that only prepare the value. */
export type ParameterStyle = (name: string, value: unknown, encode: Encode, plain: PlainStyle) => string;

/** A style that stands on its own. */
export type PlainStyle = (name: string, value: unknown, encode: Encode) => string;

/** Writes a body for a media type. */
export type BodyEncoder = (value: unknown, mediaType: string) => EncodedBody;

/** A body, ready to be sent. */
export interface EncodedBody {
  readonly body: BodyInit;
  readonly contentType: string;
}

/** Reads the body of a successful answer. */
export type BodyDecoder = (response: Response) => unknown;
