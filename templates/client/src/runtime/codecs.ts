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
  /** None: the platform says it, as for FormData. */
  readonly contentType: string | undefined;
}

/** Asks for the rest of a stream of events. */
export type Resume = (lastEventId: string) => Promise<Response>;

/** Reads the body of a successful answer; a stream of events goes on by `resume`, where that can be had. */
export type BodyDecoder = (response: Response, resume?: Resume) => unknown;
