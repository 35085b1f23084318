export const TABLE_NAMES = {
  ControlTable: 'test-control',
  LedgerTable: 'test-ledger',
  RunsTable: 'test-runs',
} as const;

/** The embedded engine takes any region and credentials. */
export const DUMMY_CONNECTION = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const;
