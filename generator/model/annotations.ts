/** What a spec says to its readers besides shapes and behaviour. It changes no call; docs and examples are made of it. */

/** A page elsewhere that tells more. */
export interface ExternalDocs {
  readonly url: string;
  readonly description?: string;
}

/** A hand-written sample of a call (`x-codeSamples`). */
export interface CodeSample {
  readonly lang: string;
  readonly label?: string;
  readonly source: string;
}

/** How a response leads to another operation. */
export interface Link {
  readonly name: string;
  readonly description?: string;
  /** The id of the operation, or a reference to it as the spec writes it. */
  readonly operation?: string;
  /** Values or runtime expressions by parameter. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly requestBody?: unknown;
  /** The base URL of the operation, where it is another server's. */
  readonly server?: string;
}

/** Extensions that are not of the vocabulary, as the spec has them. */
export type Extensions = Readonly<Record<string, unknown>>;
