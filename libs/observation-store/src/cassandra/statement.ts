/** A prepared statement and its values. */
export interface Statement {
  readonly query: string;
  readonly params: unknown[];
}
