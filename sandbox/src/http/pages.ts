/** The place of an item in a list: where the page after it starts. */
export interface Position {
  /** What the list is ordered by, as text. */
  readonly key: string;
  readonly id: string;
}
