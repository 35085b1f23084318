import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { countAdmission, LIMITED } from '../../bench/admission.ts';
import { countOperations } from '../../bench/operations.ts';
import { OF_REQUESTS } from '../../scripts/cost/counted.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';

describeOnDynamoDb('a run with one model call in a warm environment', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-operations-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const without = (rounds: readonly (readonly string[])[], of: RegExp) =>
    rounds.map((round) => round.filter((operation) => !of.test(operation))).filter(({ length }) => length > 0);
  // The model's circuit and the keys that rest are read about once a second, at the same time, so they may have been read just now.
  const LOOK = /^(?:GetItem|Query) (?:control|circuits|cool)$/;
  const withoutLook = (rounds: readonly (readonly string[])[]) => {
    expect(rounds.filter((round) => round.some((operation) => LOOK.test(operation))).length).toBeLessThanOrEqual(1);
    return without(rounds, LOOK);
  };
  // Who the end user is gets noted beside the call, whenever the process has time for it.
  const withoutNotes = (rounds: readonly (readonly string[])[]) => without(rounds, / user-name$/);
  // So is the run, for its end user, before the model is asked.
  const RUN = /^PutItem runs$/;
  const RESERVE = ['UpdateItem ledger'];
  const SETTLE = ['UpdateItem ledger'];

  it('reserves before the model, and settles once its record is written', async () => {
    const { beforeModelCall, beforeAnswer } = await countOperations({ endpoint: engine().endpoint, folder });
    expect(withoutLook(beforeModelCall)).toEqual([RESERVE]);
    expect(beforeAnswer).toEqual([['PutItem ledger', 'PutItem runs'], SETTLE]);
    const { writes, reads } = OF_REQUESTS.runs;
    expect(withoutLook(beforeModelCall).flat().length + beforeAnswer.flat().length).toBe(writes + reads);
  });

  it('with an idempotency key claims it before, and ends its claim with the rest', async () => {
    const options = { endpoint: engine().endpoint, folder, idempotencyKey: 'counted' };
    const { beforeModelCall, beforeAnswer } = await countOperations(options);
    const claim = ['PutItem control'];
    expect(withoutLook(beforeModelCall)).toEqual([claim, RESERVE]);
    expect(beforeAnswer).toEqual([['PutItem control', 'PutItem ledger', 'PutItem runs'], SETTLE]);
  });

  it('with every limit there is asks all but the budgets of key and user at the same time', async () => {
    const limited = LIMITED.at(-1);
    if (limited === undefined) throw new Error('there are no limits to count');
    const own = join(folder, 'limited');
    mkdirSync(own);
    const { beforeModelCall, beforeAnswer } = await countAdmission(engine().endpoint, own, limited);
    const rates = Array.from({ length: 4 }, () => 'UpdateItem rate');
    expect(beforeModelCall.flat().filter((operation) => RUN.test(operation))).toHaveLength(1);
    expect(without(withoutLook(withoutNotes(beforeModelCall)), RUN)).toEqual([
      ['PutItem slots', 'UpdateItem budget', ...rates],
      ['UpdateItem budget', 'UpdateItem budget'],
    ]);
    expect(withoutNotes(beforeAnswer)).toEqual([
      ['DeleteItem slots', 'PutItem runs', 'PutItem usage', 'UpdateItem rate'],
      ['UpdateItem budget', 'UpdateItem budget'],
      ['UpdateItem budget'],
    ]);
  });
});
