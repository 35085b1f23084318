/** One call of a tool. */
export interface ToolCall {
  /** Its name; one that a model made up stands as `unknown`. */
  readonly tool: string;
  /** Whole milliseconds. */
  readonly durationMs: number;
  readonly isError: boolean;
}

/** The tools that a run called, on record. A run that called none has no record. */
export interface ToolUsageRecord {
  readonly tenantId: string;
  readonly runId: string;
  /** Epoch milliseconds at which the record is written: its hour must still be open then, which an earlier one may not be. */
  readonly at: number;
  readonly calls: readonly ToolCall[];
}

/** What the database does atomically for tool usage. */
export interface ToolUsageStore {
  /** Writes the record if the run has none in that hour; `false` when it had. */
  add(record: ToolUsageRecord): Promise<boolean>;
  /** All records of a tenant whose `at` lies in the UTC hour of `at`, in the order of their runs. */
  inHour(tenantId: string, at: number): AsyncIterable<ToolUsageRecord>;
}
