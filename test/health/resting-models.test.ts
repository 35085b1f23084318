import { describe, expect, it } from 'vitest';
import { findingOfRests, restingAmong } from '../../lib/health/resting-models.ts';
import { keyOf } from '../../lib/model-call/keys/key-pool.ts';

const [ONE, TWO] = [keyOf('sk-ant-canary-1'), keyOf('sk-ant-canary-2')];
const NOON = Date.UTC(2026, 10, 20, 12);
const rest = (model: string, kind: string, { id }: { readonly id: string }, minutes: number) => ({
  name: `anthropic/${model}/${kind}/${id}`,
  until: NOON + minutes * 60_000,
});
const [OPUS, SONNET] = ['claude-opus-5-5', 'claude-sonnet-5-5'];
const HEALTHY = { status: 'healthy' };
const degraded = (detail: string) => ({ status: 'degraded', detail });

describe('a model that rests', () => {
  it.each<[string, ReturnType<typeof rest>[], object]>([
    ['nowhere is well', [], HEALTHY],
    ['on one of two keys is well: the other takes its calls', [rest(OPUS, 'standard', ONE, 1)], HEALTHY],
    [
      'on every key is named, until the first of them may be asked',
      [rest(OPUS, 'standard', ONE, 5), rest(OPUS, 'standard', TWO, 2)],
      degraded('claude-opus-5-5 rests on every key until 2026-11-20T12:02:00.000Z'),
    ],
    [
      'on each key for another kind of request is well',
      [rest(OPUS, 'standard', ONE, 5), rest(OPUS, 'fast', TWO, 2)],
      HEALTHY,
    ],
    [
      'on each key, but another on each, is well',
      [rest(OPUS, 'standard', ONE, 5), rest(SONNET, 'standard', TWO, 5)],
      HEALTHY,
    ],
    [
      'for some requests on every key is named with their kind, beside others',
      [
        ...[ONE, TWO].map((key) => rest(OPUS, 'fast', key, 1)),
        ...[ONE, TWO].map((key) => rest(SONNET, 'standard', key, 3)),
      ],
      degraded(
        'claude-opus-5-5 (fast) rests on every key until 2026-11-20T12:01:00.000Z, ' +
          'claude-sonnet-5-5 rests on every key until 2026-11-20T12:03:00.000Z',
      ),
    ],
    [
      'on a key that is no longer in the pool is well',
      [rest(OPUS, 'standard', ONE, 5), rest(OPUS, 'standard', keyOf('gone'), 5)],
      HEALTHY,
    ],
  ])('%s', (_what, rests, finding) => {
    expect(findingOfRests(rests, [ONE, TWO])).toEqual(finding);
  });

  it('is counted by the keys of the pool that rest, each once, whatever for', () => {
    const rests = [
      rest(OPUS, 'standard', ONE, 1),
      rest(SONNET, 'fast', ONE, 1),
      rest(OPUS, 'standard', keyOf('gone'), 1),
    ];
    expect([restingAmong(rests, [ONE, TWO]), restingAmong([], [ONE]), restingAmong(rests, [])]).toEqual([1, 0, 0]);
    expect(restingAmong([...rests, rest(OPUS, 'standard', TWO, 1)], [ONE, TWO, TWO])).toBe(2);
  });

  it('rests on every key where the pool names its only key twice', () => {
    expect(findingOfRests([rest(OPUS, 'standard', ONE, 1)], [ONE, ONE]).status).toBe('degraded');
  });

  it('is named without the keys it rests on, because anybody may ask', () => {
    const { detail } = findingOfRests([rest(OPUS, 'standard', ONE, 1)], [ONE]);
    expect(detail).toMatch(/^claude-opus-5-5 rests/);
    expect(detail).not.toContain(ONE.id);
  });
});
