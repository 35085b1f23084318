import { describe, expect, it } from 'vitest';
import { readDurableFunctions } from '../../local/executions/durable-functions.ts';

const DAY_MS = 86_400_000;

const written = (more: string) => `
params: { default: { seconds: 90, days: 3 } }
provider: { timeout: 10 }
functions:
  plain: { handler: dist/plain/index.handler }
  work: { handler: dist/work/index.handler, ${more} }
`;

describe('the durable functions of serverless.yml', () => {
  it.each([
    ['durableConfig: { executionTimeout: 60 }', { executionTimeoutMs: 60_000, retentionMs: 14 * DAY_MS }],
    [
      'durableConfig: { executionTimeout: 60, retentionPeriodInDays: 2 }',
      { executionTimeoutMs: 60_000, retentionMs: 2 * DAY_MS },
    ],
    [
      'durableConfig: { executionTimeout: "${param:seconds}", retentionPeriodInDays: "${param:days}" }',
      { executionTimeoutMs: 90_000, retentionMs: 3 * DAY_MS },
    ],
  ])('are read: %s', (more, times) => {
    expect(readDurableFunctions(written(more))).toEqual([
      { definition: { name: 'work', timeoutMs: 10_000 }, ...times },
    ]);
  });

  it.each([
    'durableConfig: {}',
    'durableConfig: { executionTimeout: soon }',
    'durableConfig: { executionTimeout: "${self:x}" }',
  ])('are refused without a timeout: %s', (more) => {
    expect(() => readDurableFunctions(written(more))).toThrow(
      'serverless.yml: the durableConfig of work lacks its executionTimeout.',
    );
  });

  it('are those that have a durableConfig', () => {
    expect(readDurableFunctions(written('timeout: 3'))).toEqual([]);
  });
});
