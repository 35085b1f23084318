import { describe, expect, it } from 'vitest';
import { findingOf, openAmong } from '../../lib/health/circuits.ts';
import { aged, type Check, overall, worse } from '../../lib/health/decision.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const check = (status: Check['status'], ageMs = 0): Check => ({
  status,
  latencyMs: 4,
  checkedAt: new Date(NOW - ageMs).toISOString(),
});

describe('health', () => {
  it.each<[Check['status'][], Check['status']]>([
    [[], 'healthy'],
    [['healthy', 'healthy'], 'healthy'],
    [['healthy', 'degraded'], 'degraded'],
    [['unhealthy', 'degraded', 'healthy'], 'unhealthy'],
  ])('of %j is %s', (statuses, expected) => {
    expect(overall(Object.fromEntries(statuses.map((status, at) => [String(at), check(status)])))).toBe(expected);
  });

  it('takes the worse of two findings, and of equals the first', () => {
    expect(worse(check('healthy'), check('unhealthy')).status).toBe('unhealthy');
    expect(worse(check('unhealthy'), check('degraded')).status).toBe('unhealthy');
    expect(worse(check('healthy'), undefined).status).toBe('healthy');
    const live = check('healthy');
    expect(worse(live, check('healthy', 60_000))).toBe(live);
  });

  it.each([
    ['healthy', 1],
    ['degraded', 1],
    ['unhealthy', 1],
    ['healthy', 15],
  ] as const)('takes an old %s finding for no finding, by three probes of %i minutes', (status, minutes) => {
    const intervalMs = minutes * 60_000;
    expect(aged(check(status, 3 * intervalMs), NOW, intervalMs)).toEqual(check(status, 3 * intervalMs));
    const old = check(status, 3 * intervalMs + 1);
    const { checkedAt } = old;
    expect(aged(old, NOW, intervalMs)).toEqual({ status: 'degraded', checkedAt, detail: 'not checked lately' });
  });
});

describe('circuits', () => {
  const listed = (...states: readonly string[]) => states.map((state, at) => ({ name: `anthropic/${at}`, state }));

  it.each<[string[], number, object]>([
    [[], 0, { status: 'healthy' }],
    [['closed', 'closed'], 0, { status: 'healthy' }],
    [['open', 'closed', 'half-open'], 2, { status: 'degraded', detail: '2 open' }],
    [['isolated'], 0, { status: 'degraded', detail: '1 isolated' }],
    [['open', 'isolated'], 1, { status: 'degraded', detail: '1 open, 1 isolated' }],
  ])('in the states %j', (states, open, finding) => {
    expect(openAmong(listed(...states))).toBe(open);
    expect(findingOf(listed(...states))).toEqual(finding);
  });

  it('are counted and not named, because anybody may ask', () => {
    expect(JSON.stringify(findingOf(listed('open')))).not.toContain('anthropic');
  });
});
