/** The variables of a function that name the tables of its stage. */
export type TableNames = Readonly<Record<'CONTROL_TABLE' | 'LEDGER_TABLE' | 'RUNS_TABLE', string>>;

/** Nobody knows which tables a stage works with; the message is one sentence for the operator. */
export class TablesUnknown extends Error {}
