import { beforeAll, describe, expect, it } from 'vitest';
import { apiDefects } from './api.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { plant } from './template.ts';

const RUN = 'ApiGatewayMethodAgentRunAny';
const MESSAGES = 'ApiGatewayMethodV1MessagesAny';
const HEALTH = 'ApiGatewayMethodHealthAny';

/** A defect, where it is planted, and what must be said of it. */
const PLANTED: [string, (string | number)[], unknown, string][] = [
  [
    'an edge-optimised API',
    ['ApiGatewayRestApi', 'Properties', 'EndpointConfiguration', 'Types'],
    ['EDGE'],
    'regional',
  ],
  ['an API of the default type', ['ApiGatewayRestApi', 'Properties', 'EndpointConfiguration'], undefined, 'regional'],
  ['a run that is buffered', [RUN, 'Properties', 'Integration', 'ResponseTransferMode'], undefined, 'does not stream'],
  ['a health check that streams', [HEALTH, 'Properties', 'Integration', 'ResponseTransferMode'], 'STREAM', 'streams'],
  ['an API that waits 29 s', [RUN, 'Properties', 'Integration', 'TimeoutInMillis'], undefined, 'not between'],
  ['an API that outlives the function', [RUN, 'Properties', 'Integration', 'TimeoutInMillis'], 200_000, 'not between'],
  ['a function killed at its deadline', ['RunDashagentLambdaFunction', 'Properties', 'Timeout'], 120, 'not 20 s more'],
  ['a health check that outlives the API', ['HealthLambdaFunction', 'Properties', 'Timeout'], 30, 'gives up before'],
  [
    'a message that is buffered',
    [MESSAGES, 'Properties', 'Integration', 'ResponseTransferMode'],
    undefined,
    'does not stream',
  ],
  [
    'a message with the time of a run',
    [MESSAGES, 'Properties', 'Integration', 'TimeoutInMillis'],
    130_000,
    'not between',
  ],
  [
    'a message longer than an API streams',
    [MESSAGES, 'Properties', 'Integration', 'TimeoutInMillis'],
    900_001,
    'not stream that long',
  ],
  ['a route for one method', [HEALTH, 'Properties', 'HttpMethod'], 'GET', 'some methods only'],
  ['a path of another name', ['ApiGatewayResourceAgents', 'Properties', 'PathPart'], 'agent-list', 'not deployed'],
];

beforeAll(packaged);

describe('the API of the template', () => {
  it.each(STAGES)('is regional, streams runs and gives up in the right order in %s', async (stage) => {
    expect(apiDefects(await packagedTemplate(stage))).toEqual([]);
  });

  it.each(PLANTED)('would show %s', async (_defect, path, value, complaint) => {
    const broken = plant(await packagedTemplate('dev'), path, value);
    expect(apiDefects(broken).join('\n')).toContain(complaint);
  });

  it('would show an integration that calls the function without streaming', async () => {
    const template = await packagedTemplate('dev');
    const uri = [RUN, 'Properties', 'Integration', 'Uri', 'Fn::Join', 1, 6];
    expect(apiDefects(plant(template, uri, '/invocations'))).toEqual(['/agent/run does not stream']);
  });
});
