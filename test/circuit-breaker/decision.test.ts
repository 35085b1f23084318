import { describe, expect, it } from 'vitest';
import { type Circuit, NEVER_FAILED } from '../../lib/circuit-breaker/circuit.ts';
import { admit, afterCalls, afterProbe, elect, override } from '../../lib/circuit-breaker/decision.ts';
import { OPTIONS } from './parts.ts';

const NOW = 1_000_000;
const counted = (calls: number, failures: number) => [
  { endsAt: NOW + 1, calls, failures, failedBy: {}, succeededBy: [] },
];
const at = { version: 7, generation: 3 };
const closed = (calls: number, failures: number): Circuit => ({
  state: 'closed',
  window: counted(calls, failures),
  ...at,
});
const open: Circuit = { state: 'open', failures: 5, openedAt: NOW - 60_000, probeAt: NOW, ...at };
const halfOpen = (ticket: number | null, leaseEndsAt = NOW + 1): Circuit => ({
  state: 'half-open',
  failures: 5,
  openedAt: NOW - 60_000,
  successes: 1,
  probe: ticket === null ? null : { ticket, leaseEndsAt },
  ...at,
});
const isolated: Circuit = { state: 'isolated', openedAt: NOW, ...at };

describe('admission', () => {
  it.each<[string, Circuit, object]>([
    ['closed: passes', closed(9, 4), { kind: 'pass' }],
    ['never failed: passes', NEVER_FAILED, { kind: 'pass' }],
    [
      'open, a millisecond before the break is over',
      { ...open, probeAt: NOW + 1 },
      { kind: 'refuse', retryAfterMs: 1 },
    ],
    ['open, the break over: probe', open, { kind: 'probe' }],
    ['half-open, a probe alive', halfOpen(7), { kind: 'refuse', retryAfterMs: 1 }],
    ['half-open, its probe dead', halfOpen(7, NOW), { kind: 'probe' }],
    ['half-open, nobody probing', halfOpen(null), { kind: 'probe' }],
    ['isolated: no time to come back', isolated, { kind: 'refuse', retryAfterMs: null }],
  ])('%s', (_, circuit, admission) => {
    expect(admit(circuit, NOW)).toEqual(admission);
  });
});

describe('calls through a closed circuit', () => {
  it.each([
    ['below the threshold', closed(3, 3), counted(1, 1), 'closed'],
    ['at the threshold', closed(4, 4), counted(1, 1), 'open'],
    ['at the threshold, just at the ratio', closed(9, 4), counted(1, 1), 'open'],
    ['at the threshold, below the ratio', closed(10, 4), counted(1, 1), 'closed'],
    ['many failures, below the ratio', closed(2_000, 900), counted(1, 1), 'closed'],
    ['successes that say nothing new', closed(5, 5), counted(1, 0), 'closed'],
  ] as const)('%s', (_, circuit, calls, state) => {
    expect(afterCalls(circuit, 3, calls, NOW, OPTIONS)).toMatchObject({
      state,
      version: 8,
      generation: state === 'open' ? 4 : 3,
    });
  });

  it.each<[string, Circuit, number, number]>([
    ['of an older generation', closed(4, 4), 2, 1],
    ['of a later generation', closed(4, 4), 4, 1],
    ['that find it open', open, 3, 1],
    ['that find it half-open', halfOpen(7), 3, 1],
    ['that find it isolated', isolated, 3, 1],
    ['without a failure in the window', closed(4, 0), 3, 0],
  ])('%s are not written', (_, circuit, generation, failures) => {
    expect(afterCalls(circuit, generation, counted(1, failures), NOW, OPTIONS)).toBeNull();
  });

  it('opens for the length of the break, from now', () => {
    expect(afterCalls(closed(4, 4), 3, counted(1, 1), NOW, OPTIONS)).toEqual({
      state: 'open',
      failures: 5,
      openedAt: NOW,
      probeAt: NOW + OPTIONS.breakDurationMs,
      version: 8,
      generation: 4,
    });
  });
});

describe('a probe', () => {
  it('gets a lease and the version of its election as ticket', () => {
    const probe = { ticket: 8, leaseEndsAt: NOW + OPTIONS.probeLeaseMs };
    expect(elect(open, NOW, OPTIONS)).toMatchObject({ state: 'half-open', successes: 0, probe, generation: 4 });
    expect(elect(halfOpen(7, NOW), NOW, OPTIONS)).toMatchObject({ successes: 1, probe, generation: 3 });
  });

  it.each<[string, Circuit]>([
    ['closed', closed(1, 1)],
    ['isolated', isolated],
    ['not yet due', { ...open, probeAt: NOW + 1 }],
    ['probed already', halfOpen(7)],
  ])('is not elected where the circuit is %s', (_, circuit) => {
    expect(elect(circuit, NOW, OPTIONS)).toBeNull();
  });

  it.each([
    ['success', 2, { state: 'closed', window: [], generation: 4 }],
    ['success', 3, { state: 'half-open', successes: 2, probe: null, generation: 3 }],
    ['neutral', 2, { state: 'half-open', successes: 1, probe: null, generation: 3 }],
    ['failure', 2, { state: 'open', failures: 6, openedAt: NOW - 60_000, probeAt: NOW + 60_000, generation: 4 }],
  ] as const)('that ends as %s where %i successes close', (result, successThreshold, next) => {
    const options = { ...OPTIONS, successThreshold };
    expect(afterProbe(halfOpen(7), 7, result, NOW, options)).toMatchObject({ ...next, version: 8 });
  });

  it.each<[string, Circuit]>([
    ['another probes', halfOpen(9)],
    ['nobody probes', halfOpen(null)],
    ['it is open again', open],
    ['it has closed', closed(0, 0)],
  ])('has no say any more where %s', (_, circuit) => {
    expect(afterProbe(circuit, 7, 'failure', NOW, OPTIONS)).toBeNull();
  });
});

it('closing begins a generation also where it was closed; isolating twice writes nothing', () => {
  expect(override(closed(4, 4), 'closed', NOW)).toEqual({ state: 'closed', window: [], version: 8, generation: 4 });
  expect(override(isolated, 'closed', NOW)).toMatchObject({ state: 'closed', generation: 4 });
  expect(override(open, 'isolated', NOW)).toMatchObject({ state: 'isolated', openedAt: NOW, generation: 4 });
  expect(override(isolated, 'isolated', NOW)).toBeNull();
  expect(override(isolated, 'isolated', NOW, { by: 'key_1', reason: null })).toBeNull();
  const word = { by: 'key_1', reason: 'Too slow.' };
  expect(override(open, 'isolated', NOW, word)).toMatchObject({ state: 'isolated', word });
  expect(override(isolated, 'isolated', NOW + 5, word)).toMatchObject({ openedAt: NOW, generation: 3, word });
});
