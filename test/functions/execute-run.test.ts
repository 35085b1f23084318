import type { Context } from 'aws-lambda';
import { expect, it } from 'vitest';
import { executeRun } from '../../functions/execute-run.ts';
import { functionParts } from './parts.ts';

it('has hooks told of its run at its own end, however that came', async () => {
  const flushed: (string | undefined)[] = [];
  const closed = async () => Promise.reject(new Error('unwritten'));
  const execute = executeRun({
    ...functionParts(async () => Promise.reject(new Error('unused'))),
    flush: async (endedBy?: string) => void flushed.push(endedBy),
    openWorker: async () => ({ work: async () => undefined, close: closed }),
    openJournal: () => Promise.reject(new Error('unused')),
  });
  const InputPayload = JSON.stringify({ tenantId: 'demo', runId: 'run_01' });
  const event = { InitialExecutionState: { Operations: [{ ExecutionDetails: { InputPayload } }] } };
  const context = { getRemainingTimeInMillis: () => 1_000 } as Context;
  await expect(execute(event, context)).rejects.toThrow('could not be handled');
  expect(flushed).toEqual(['run_01', undefined]);
});
