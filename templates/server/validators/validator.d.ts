/** One fault that a compiled validator found. */
export interface Fault {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A schema, compiled: tells whether data is valid, and leaves its faults on itself. */
export interface Validator {
  (data: unknown): boolean;
  errors?: readonly Fault[] | null;
}

/** The validators of an operation's request. */
export interface RequestValidators {
  /** Of `{ path, query, header, cookie }`. */
  readonly parameters?: Validator;
  /** By media type. */
  readonly body?: Readonly<Record<string, Validator>>;
}

/** The validators of one response of an operation. */
export interface AnswerValidators {
  /** Of an object of all headers that the response declares. */
  readonly headers?: Validator;
  /** By media type. */
  readonly body?: Readonly<Record<string, Validator>>;
}

/** The validators of an operation's responses, by status as the spec writes it. */
export type ResponseValidators = Readonly<Record<string, AnswerValidators>>;
