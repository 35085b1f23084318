import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { readDeclaredStage } from './declared-stage.ts';
import { denied, exceptions, needed, unasked } from './judge.ts';
import { rowsOfOthers } from './rows-of-others.ts';
import { accounts } from './scenarios/accounts.ts';
import { administer } from './scenarios/administer.ts';
import { alarms } from './scenarios/alarms.ts';
import { erasure } from './scenarios/erasure.ts';
import { gateway } from './scenarios/gateway.ts';
import { longRuns } from './scenarios/long-runs.ts';
import { killedWorkers, lateOwners, lostTogether, unheldCalls } from './scenarios/lost-calls.ts';
import { lostRuns, stuckRuns } from './scenarios/lost-runs.ts';
import { run } from './scenarios/run.ts';
import { lostHolders, successors } from './scenarios/sessions.ts';
import { tokens } from './scenarios/tokens.ts';
import { type Stage, startStage } from './stage.ts';

describeOnDynamoDb('what the functions ask of AWS', (engine) => {
  const { statements, variables } = readDeclaredStage();
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(engine(), variables);
  });
  afterAll(() => stage.close());

  it.each([
    ['synchronous runs', run],
    ['clients of the Anthropic API', gateway],
    ['asynchronous runs', longRuns],
    ['calls given up as lost whose owner is late', lateOwners],
    ['calls that were lost together', lostTogether],
    ['sessions whose holder was killed', lostHolders],
    ['runs whose turn it is', successors],
    ['runs whose execution was stopped or not started', lostRuns],
    ['runs that are stuck, and that wait for room', stuckRuns],
    ['runs that go on after a kill', killedWorkers],
    ['calls that no budget holds', unheldCalls],
    ['the erasure of an end user', erasure],
    ['administrators', administer],
    ['alarms', alarms],
    ['callers with tokens', tokens],
    ['reports, reconciling and health', accounts],
  ])('is recorded: %s', async (_what, act) => {
    await act(stage);
  });

  it('is granted by the role of the function that asks it', () => {
    expect(denied(statements, stage.aws.requests)).toEqual([]);
  });

  it('is all that their roles grant, but for what only AWS sees', () => {
    expect(unasked(statements, stage.aws.requests)).toEqual(exceptions(statements));
  });

  it('would show each statement that is missing, and a grant too many', () => {
    const isOnlyOnAws = (statement: unknown) => /"(?:logs|sqs):/.test(JSON.stringify(statement));
    for (const [name, own] of statements) {
      const requests = stage.aws.requests.filter(({ by }) => by === name);
      const without = needed(own, requests);
      const spare = own.filter((statement) => !isOnlyOnAws(statement) && !without.has(statement));
      expect([name, spare]).toEqual([name, []]);
    }
    const more = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { Ref: 'LedgerTable' } };
    const wider = new Map([...statements, ['health', [...(statements.get('health') ?? []), more]] as const]);
    expect(unasked(wider, stage.aws.requests)).toContain('health: dynamodb:GetItem LedgerTable');
  });

  it('is no row of a run of another tenant, by whatever path a run is named', async () => {
    expect(await rowsOfOthers(stage)).toEqual({ foreign: [], found: [] });
  });
});
