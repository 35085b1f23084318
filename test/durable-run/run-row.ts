import type { RunRow } from '../../lib/runs/types.ts';

/** An asynchronous run that goes on. */
export const runRow = (over: Partial<RunRow> = {}): RunRow => ({
  runId: 'run_1',
  tenantId: 'acme',
  mode: 'async',
  status: 'running',
  agent: 'assistant',
  userId: null,
  sessionId: null,
  createdAt: 0,
  updatedAt: 0,
  traceId: 'a'.repeat(32),
  body: {},
  steps: [],
  ...over,
});
