import { describe, expect, it } from 'vitest';
import { createEventBus, readEventRules } from '../../local/event-rules.ts';

const written = (event: string) =>
  `functions: { project: { handler: dist/project/index.handler, events: [{ eventBridge: ${event} }] } }`;

const EVENT = {
  source: 'aws.lambda',
  'detail-type': 'Durable Execution Status Change',
  detail: { status: 'FAILED', functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ballast-local-work:1' },
};

describe('a rule of EventBridge in serverless.yml', () => {
  it.each([
    ['{ pattern: { source: [aws.lambda] } }', true],
    ['{ pattern: { source: [aws.lambda], detail-type: [Durable Execution Status Change] } }', true],
    ['{ pattern: { source: [aws.lambda], detail: { status: [FAILED, TIMED_OUT] } } }', true],
    ['{ pattern: { source: [aws.lambda], detail: { functionArn: [{ prefix: "arn:${param:x}" }] } } }', true],
    ['{ pattern: { detail: { functionArn: ["arn:${param:x}"], status: [FAILED] } } }', true],
    ['{ pattern: { source: [aws.states] } }', false],
    ['{ pattern: { source: [aws.lambda], detail: { status: [SUCCEEDED] } } }', false],
    ['{ pattern: { source: [aws.lambda], detail: { other: [FAILED] } } }', false],
    ['{ pattern: { source: [aws.lambda], detail-type: { status: [FAILED] } } }', false],
  ])('%s matches the end of an execution that failed: %s', (event, matches) => {
    const rules = readEventRules(written(event));
    expect(rules.map((rule) => rule.matches(EVENT))).toEqual([matches]);
  });

  it.each(['{ enabled: false, pattern: { source: [aws.lambda] } }', '{ schedule: rate(1 minute) }'])(
    '%s is none of them',
    (event) => {
      expect(readEventRules(written(event))).toEqual([]);
    },
  );

  it('calls its function with the event, and lets the event be delivered again where that fails', async () => {
    const calls: unknown[] = [];
    const rules = readEventRules(written('{ pattern: { source: [aws.lambda] } }'));
    const deliver = createEventBus(rules, new Map([['project', async (event: unknown) => void calls.push(event)]]));
    await deliver(EVENT);
    await deliver({ ...EVENT, source: 'aws.s3' });
    expect(calls).toEqual([EVENT]);
    const failing = createEventBus(rules, new Map([['project', () => Promise.reject(new Error('not now'))]]));
    await expect(failing(EVENT)).rejects.toThrow('not now');
  });
});
