import { expect, it } from 'vitest';
import { storeUnavailable } from '../../../lib/dynamodb/failure.ts';
import { formatUsd, plus } from '../../../lib/kernel/money.ts';
import { answer, text } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { CALL_COST, createRunRig } from './run-rig.ts';

const LONGEST_CALL_MS = 20_000;
const DONE = answer([text('Done.')]);

describeOnDynamoDb('a model call of an asynchronous run', (engine) => {
  it('that was lost once is made again when the ledger is back, whose seconds away count as no further loss', async () => {
    const rig = createRunRig(engine(), [DONE]);
    const run = await rig.submit();
    expect(await rig.invoke(run, { after: 'model-1' })).toBe('killed');
    const store = { ...rig.budgetStore };
    let failures = 0;
    rig.budgetStore.months = (...asked) => {
      if (failures === 4) return store.months(...asked);
      failures += 1;
      return Promise.reject(storeUnavailable(new Error('away')));
    };
    let how: string | null = null;
    const invoking = rig.invoke(run).then((is) => (how = is));
    for (let waited = 0; how === null;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (failures === waited) continue;
      waited = failures;
      await rig.clock.advance(8_000);
    }
    expect(await invoking).toBe('over');
    expect(failures).toBe(4);
    const usage = { modelCalls: 1, costUsd: formatUsd(plus(CALL_COST, CALL_COST)) };
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body: { output: 'Done.', usage } });
  });

  it('ends within the longest call: what it has reserved is booked as lost after that, were it alive or not', async () => {
    let leftMs: number | null = null;
    const rig = createRunRig(
      engine(),
      [
        (_request, { bounds }) => {
          leftMs = bounds.deadline.remainingMs();
          return DONE;
        },
      ],
      { parts: { longestCallMs: LONGEST_CALL_MS } },
    );
    expect(await rig.invoke(await rig.submit())).toBe('over');
    expect(leftMs).toBe(LONGEST_CALL_MS);
  });
});
