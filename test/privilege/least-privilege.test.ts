import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { AgentsIndex } from '../../lib/agent/define/checks/check-agents.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { readDeclaredStage } from './declared-stage.ts';
import { EVERYTHING_SET } from './environment.ts';
import { denied, exceptions, needed, unasked } from './judge.ts';
import { onBehalf } from './on-behalf.ts';
import { grantsOf } from './policy.ts';
import type { RecordedRequest } from './recorded-aws.ts';
import { rowsOfOthers } from './rows-of-others.ts';
import { accounts } from './scenarios/accounts.ts';
import { administer } from './scenarios/administer.ts';
import { alarms } from './scenarios/alarms.ts';
import { erasure } from './scenarios/erasure.ts';
import { gateway } from './scenarios/gateway.ts';
import { longRuns } from './scenarios/long-runs.ts';
import { killedWorkers, lateOwners, lostTogether, unheldCalls } from './scenarios/lost-calls.ts';
import { lostRuns, stuckRuns } from './scenarios/lost-runs.ts';
import { pages } from './scenarios/pages.ts';
import { run } from './scenarios/run.ts';
import { lostHolders, successors } from './scenarios/sessions.ts';
import { tokens } from './scenarios/tokens.ts';
import { toolSecrets } from './scenarios/tool-secrets.ts';
import { type Stage, startStage } from './stage.ts';

vi.mock('#agents', async (original) => {
  const { agents } = await original<AgentsIndex>();
  const { agentsWithSecrets } = await import('./agents-with-secrets.ts');
  return { agents: [...agents, ...agentsWithSecrets], on: {}, metrics: [], healthChecks: {} } satisfies AgentsIndex;
});

describeOnDynamoDb('what the functions ask of AWS', (engine) => {
  const declared = readDeclaredStage('dev', EVERYTHING_SET);
  const { statements, template } = declared;
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(engine(), declared);
  });
  /** All that was asked, by the functions and in their names. */
  const requests = (): readonly RecordedRequest[] => [
    ...stage.aws.requests,
    ...onBehalf(template, statements.keys(), stage.aws.requests),
  ];
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
    ['tools with secrets', toolSecrets],
    ['pages and the description of the API', pages],
  ])('is recorded: %s', async (_what, act) => {
    await act(stage);
  });

  it('is granted by the role of the function that asks it', () => {
    expect(denied(statements, requests())).toEqual([]);
  });

  it('is all that their roles grant, but for what only AWS sees', () => {
    expect(unasked(statements, requests())).toEqual(exceptions(statements));
  });

  it('would show each statement that is missing, and a grant too many', () => {
    const isOnlyOnAws = (statement: unknown) => /"(?:logs|sqs):/.test(JSON.stringify(statement));
    const isGrant = (statement: unknown) => grantsOf(statement).length > 0;
    for (const [name, own] of statements) {
      const without = needed(
        own,
        requests().filter(({ by }) => by === name),
      );
      const spare = own.filter((one) => isGrant(one) && !isOnlyOnAws(one) && !without.has(one));
      expect([name, spare]).toEqual([name, []]);
    }
    const more = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { Ref: 'LedgerTable' } };
    const wider = new Map([...statements, ['health', [...(statements.get('health') ?? []), more]] as const]);
    expect(unasked(wider, requests())).toContain('health: dynamodb:GetItem LedgerTable');
  });

  it('is no row of a run of another tenant, by whatever path a run is named', async () => {
    expect(await rowsOfOthers(stage)).toEqual({ foreign: [], found: [] });
  });
});
