import { describe, expect, it } from 'vitest';
import { label } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { boundDimensions, MOST_VALUES, OTHER } from '../../lib/telemetry/metrics/bound-dimensions.ts';
import { METRICS } from '../../lib/telemetry/metrics/metric-names.ts';
import { published } from './embedded-format.ts';
import { SAMPLES } from './events.ts';
import { linesOf, linesOfWork } from './metric-lines.ts';

/** Ten thousand of a kind of event, each with names of its own in every text. */
const many = (type: BallastEvent['type'], count = 10_000): BallastEvent[] =>
  Array.from({ length: count }, (_, index) => {
    const names = Object.entries(SAMPLES[type])
      .filter(([field, value]) => typeof value === 'string' && field !== 'type' && field !== 'costUsd')
      .map(([field]) => [field, label(`n-${index}`)] as const);
    return { ...SAMPLES[type], ...Object.fromEntries(names) };
  });

/** Each event belongs to a request of its own. */
const APART = { contexts: { current: () => ({ function: 'run-agent' }) } };

/** How many combinations of dimensions each metric has. */
const combinations = (lines: readonly string[]): Map<string, number> => {
  const found = new Map<string, Set<string>>();
  for (const { name, dimensions } of lines.flatMap(published)) {
    const sets = found.get(name) ?? new Set();
    found.set(name, sets.add(JSON.stringify(dimensions)));
  }
  return new Map([...found].map(([name, sets]) => [name, sets.size]));
};

describe('the number of metrics', () => {
  it.each<BallastEvent['type']>(['request.finished', 'tool.finished', 'cache.looked', 'limit.refused'])(
    'stays bounded under 10,000 tenants, agents, tools and codes in %s',
    async (type) => {
      for (const [name, count] of combinations(await linesOfWork(APART, many(type))))
        expect([name, count <= 2 * (MOST_VALUES + 1) + 1]).toEqual([name, true]);
    },
  );

  it('stays bounded whatever any event says, and loses no value', async () => {
    for (const type of Object.keys(SAMPLES) as BallastEvent['type'][]) {
      const lines = await linesOf(...many(type, 200));
      for (const [name, count] of combinations(lines)) expect([type, name, count < 150]).toEqual([type, name, true]);
      const rows = lines.flatMap(published).filter(({ name }) => name === 'LimitRefusals');
      const values = rows.flatMap((row) => row.values);
      if (type === 'limit.refused') expect(values).toHaveLength(200);
    }
  });

  it('is by known names alone where the stage knows them: the same in every process, whichever asks first', async () => {
    const lines = await linesOf(...many('model.attempted', 100), SAMPLES['model.attempted']);
    const of = (name: string, dimension: string) =>
      lines
        .flatMap(published)
        .filter((row) => row.name === name && dimension in row.dimensions)
        .map(({ dimensions }) => dimensions[dimension]);
    expect([...new Set(of('InputTokens', 'model'))]).toEqual([OTHER, 'claude-sonnet-5-5']);
    expect([...new Set(of('CostMicroUsd', 'agent'))]).toEqual([OTHER, 'assistant']);
  });

  it('counts a tool that a model made up as other', async () => {
    const lines = await linesOf({ ...SAMPLES['tool.finished'], tool: label('made-up-tool') });
    expect(lines.join()).not.toContain('made-up-tool');
    expect(lines.join()).toContain('"tool":"other"');
  });

  it('has no dimension of a tenant, a key, a user, a run or a request', () => {
    const all = new Set(Object.values(METRICS).flatMap(({ by }) => by.flat()));
    for (const name of ['tenantId', 'keyId', 'userId', 'runId', 'requestId']) expect([...all]).not.toContain(name);
  });
});

describe('a dimension', () => {
  it('takes so many values and counts each further one as other, the first ones going on', () => {
    const bound = boundDimensions({});
    const values = Array.from({ length: MOST_VALUES + 5 }, (_, index) => bound('code', `code-${index}`));
    expect(values.filter((value) => value !== OTHER)).toHaveLength(MOST_VALUES);
    expect(bound('code', 'code-0')).toBe('code-0');
    expect(bound('fault', 'code-99')).toBe('code-99');
  });
});
