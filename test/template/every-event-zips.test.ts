import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notification, snsEvent } from '../alerts/sns.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { FOREIGN, HTTP, OTHERS, pathsOf, REQUESTS } from '../functions/events.ts';
import { startHttpTarget } from '../http-target.ts';
import { type PermittedLambda, startPermittedLambda } from './lambda-api.ts';
import { startZips, type Zips } from './zips.ts';

/** As the scheduler sends it where `serverless.yml` gives it no input of its own. */
const SCHEDULED = {
  version: '0',
  id: 'c0ffee00-0000-4000-8000-000000000000',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '000000000000',
  time: '2026-11-20T12:00:00Z',
  region: 'us-east-1',
  resources: ['arn:aws:scheduler:us-east-1:000000000000:schedule/default/ballast'],
  detail: '{}',
};

const ENDED = {
  'detail-type': 'Durable Execution Status Change',
  source: 'aws.lambda',
  detail: {
    durableExecutionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ballast-dev-execute-run:1/x/run_unknown/1',
    durableExecutionName: 'run_00000000000000000000000000',
    status: 'PAUSED',
  },
};

/** What a person reads of it: a line of metrics is none. */
const linesOf = (output: string): string[] =>
  output.split('\n').filter((line) => line !== '' && !line.includes('"_aws"'));

/** Of whatever went wrong without our having a word for it. */
const CRASHED = /"stackTrace":|Unhandled|event failed|request failed|\n {4}at /;

describeOnDynamoDb('each zip, given what every source of events sends', (engine) => {
  let zips: Zips;
  let lambda: PermittedLambda;
  beforeAll(async () => {
    lambda = await startPermittedLambda();
    zips = await startZips(engine(), { AWS_ENDPOINT_URL_LAMBDA: lambda.url });
  });
  afterAll(async () => {
    await zips.close();
    await lambda.close();
  });

  const send = (name: string, event: unknown) => {
    lambda.as(name);
    return zips.call(name, { event });
  };

  describe.each(HTTP)('%s', (name) => {
    it('refuses by one line what is no request of HTTP', async () => {
      for (const [what, event] of Object.entries(FOREIGN)) {
        const { statusCode, body, output } = await send(name, event);
        expect([statusCode, body], what).toEqual([400, expect.stringContaining('The event is no HTTP request')]);
        expect(linesOf(output), what).toEqual([expect.stringContaining('request refused')]);
      }
    });

    it('answers each source of requests on each of its paths, without a credential', async () => {
      for (const [source, made] of Object.entries(REQUESTS)) {
        for (const { path } of pathsOf(name)) {
          const { statusCode, headers, body, output } = await send(name, made(path));
          expect([200, 302, 401, 404, 405], `${source}: ${path}`).toContain(statusCode);
          expect(headers['request-id'], source).toBeTruthy();
          expect(typeof body, source).toBe('string');
          expect(output, source).not.toMatch(CRASHED);
          expect(linesOf(output), source).toHaveLength(1);
        }
      }
    });
  });

  describe.each(OTHERS)('%s', (name) => {
    it.each(Object.entries({ ...FOREIGN, 'a call of the scheduler': SCHEDULED, 'a run that pauses': ENDED }))(
      'ends well: %s',
      async (_what, event) => {
        const { kind, output } = await send(name, event);
        expect(kind).toBe('response');
        expect(output).not.toMatch(CRASHED);
        expect(output).not.toContain('"level":"ERROR"');
        if (name === 'execute-run') expect(output).toContain('an event that is no run was left alone');
      },
    );
  });

  it('notify-alarm tells of each alarm, whether a topic hands over several, a queue, a rule or the alarm itself', async () => {
    const target = await startHttpTarget();
    zips.secrets.set('AlertsSecret', JSON.stringify({ slackWebhookUrl: `${target.url}/slack` }));
    await zips.renew('notify-alarm');
    const alarm = (minute: number, name: string) =>
      notification({ name: `ballast-dev-${name}`, at: `2026-11-20T12:0${minute}:00.000+0000` });
    const events = [
      snsEvent(alarm(1, 'lambda-errors'), 'hello', alarm(2, 'dead-letters')),
      { Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: JSON.stringify(alarm(3, 'throttles')) }] },
    ];
    for (const event of events) {
      const { kind, output } = await send('notify-alarm', event);
      expect([kind, output]).toEqual(['response', expect.not.stringMatching(CRASHED)]);
    }
    await target.close();
    expect(target.seen).toHaveLength(3);
  });

  it('none has asked for what its role does not grant', () => {
    expect([zips.denied, lambda.denied]).toEqual([[], []]);
  });
});
