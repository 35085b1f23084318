import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { authorised, startZips, type Zips } from './zips.ts';

interface Ran {
  readonly output: string;
  readonly model: string;
  readonly cache: string;
  readonly degraded: object | null;
}

describeOnDynamoDb('run-agent as it is deployed, each request in an environment of its own', (engine) => {
  let zips: Zips;

  beforeAll(async () => {
    zips = await startZips(engine());
  });
  afterAll(() => zips.close());

  const run = async (body: object) => {
    const { statusCode, body: answer } = await zips.call('run-agent', {
      method: 'POST',
      path: '/agent/run',
      headers: authorised,
      body,
    });
    await zips.renew('run-agent');
    expect([statusCode, answer]).toEqual([200, expect.anything()]);
    return JSON.parse(answer) as Ran;
  };

  it('gives an answer again that another environment has kept', async () => {
    const first = await run({ task: '[[say:kept]]', cache: 'use' });
    expect([first.cache, first.output]).toEqual(['miss', 'kept']);
    expect(await run({ task: '[[say:kept]]', cache: 'use' })).toMatchObject({ cache: 'hit', output: 'kept' });
  });

  it('asks with another key where one is limited, and tells the fleet which', async () => {
    zips.secrets.set('AnthropicSecret', JSON.stringify(['sk-ant-canary-one', 'sk-ant-canary-two']));
    const ran = await run({ task: '[[fault:429 retry-after=60 times=1]] [[say:through]]' });
    expect(ran).toMatchObject({ output: 'through', model: 'claude-haiku-5-5', degraded: null });
    const written = zips.granted.filter((said) => said.includes('PutItem ControlTable rests'));
    expect(written).toHaveLength(1);
    expect(written.join()).not.toContain('canary');
  });

  it('answers by the model that stands in, and says so', async () => {
    const ran = await run({ task: '[[fault:500 model=claude-haiku-5-5]] [[say:stood in]]', timeoutMs: 60_000 });
    expect(ran).toMatchObject({ model: 'claude-haiku-4-5', degraded: { servedBy: 'fallback-model' } });
  });

  it('asks DynamoDB for nothing that its role does not grant', () => {
    expect(zips.denied).toEqual([]);
    for (const said of ['PutItem ControlTable cache#', 'Query ControlTable cache#', 'Query ControlTable rests'])
      expect(zips.granted.join('\n')).toContain(`run-agent: dynamodb:${said}`);
  });
});
