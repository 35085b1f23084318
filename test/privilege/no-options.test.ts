import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { readDeclaredStage } from './declared-stage.ts';
import { LITTLE_SET } from './environment.ts';
import { denied, unasked } from './judge.ts';
import { accounts } from './scenarios/accounts.ts';
import { administer } from './scenarios/administer.ts';
import { alarms } from './scenarios/alarms.ts';
import { gateway } from './scenarios/gateway.ts';
import { longRuns } from './scenarios/long-runs.ts';
import { pages } from './scenarios/pages.ts';
import { run } from './scenarios/run.ts';
import { type Stage, startStage } from './stage.ts';

describeOnDynamoDb('what the functions ask of AWS where no option brings a grant', (engine) => {
  const declared = readDeclaredStage('dev', LITTLE_SET);
  const { statements } = declared;
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(engine(), declared);
  });
  afterAll(() => stage.close());

  it.each([
    ['synchronous runs', run],
    ['clients of the Anthropic API', gateway],
    ['asynchronous runs', longRuns],
    ['administrators', administer],
    ['alarms', alarms],
    ['reports, reconciling and health', accounts],
    ['pages and the description of the API', pages],
  ])('is recorded: %s', async (_what, act) => {
    await act(stage);
  });

  it('is granted by the role of the function that asks it', () => {
    expect(denied(statements, stage.aws.requests)).toEqual([]);
  });

  it('is every secret, topic and key that they may use', () => {
    const spare = unasked(statements, stage.aws.requests);
    expect(spare.filter((grant) => /: (?:secretsmanager|sns|kms|ec2):/.test(grant))).toEqual([]);
  });
});
