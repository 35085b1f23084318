import { expect, it } from 'vitest';
import { STALE_KEPT_MS, type StoredAnswer } from '../../lib/response-cache/answer.ts';
import { decide, type Decision, standIn } from '../../lib/response-cache/decision.ts';
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, pauseAfter } from '../../lib/response-cache/response-cache.ts';
import type { FlightRecord } from '../../lib/response-cache/store.ts';

const NOW = 1_000_000;
const TTL_MS = 60_000;

const answer = (freshUntil: number, storedAt = NOW - 1_000): StoredAnswer => ({
  packed: { encoding: 'plain', bytes: Buffer.from('four') },
  storedAt,
  freshUntil,
});
const flight = (state: FlightRecord['state'], endsAt = NOW + 1): FlightRecord => ({ owner: 'a', state, endsAt });

it.each<[string, StoredAnswer | null, FlightRecord | null, Decision['kind']]>([
  ['nothing there: make it', null, null, 'lead'],
  ['a fresh answer', answer(NOW + 1), null, 'hit'],
  ['one that has just ceased to be fresh', answer(NOW), null, 'lead'],
  ['one that is fresh by its own lifetime, not by that of who asks', answer(NOW + 1, NOW - TTL_MS), null, 'lead'],
  ['one stored by a machine whose clock is ahead', answer(NOW + TTL_MS + 5, NOW + 5), null, 'hit'],
  ['another makes it', null, flight('aloft'), 'wait'],
  ['another makes it anew', answer(NOW), flight('aloft'), 'wait'],
  ['another makes it anew, and the old one is fresh by now', answer(NOW + 1), flight('aloft'), 'hit'],
  ['who made it is dead', null, flight('aloft', NOW), 'lead'],
  ['it was just made, and is not yet seen', null, flight('landed'), 'wait'],
  ['it was made a while ago, and is gone', null, flight('landed', NOW), 'lead'],
  ['it is not for others', null, flight('unshared'), 'run-alone'],
  ['it is not for others, but one was that came later', answer(NOW + 1), flight('unshared'), 'hit'],
  ['it was not for others a while ago', null, flight('unshared', NOW), 'lead'],
])('%s', (_title, found, record, kind) => {
  expect(decide({ answer: found, flight: record }, NOW, TTL_MS).kind).toBe(kind);
});

it('lets an answer stand in, fresh or not, until it is forgotten', () => {
  const standsIn = (freshUntil: number) => standIn({ answer: answer(freshUntil), flight: null }, NOW) !== null;
  expect([NOW + 1, NOW, NOW - STALE_KEPT_MS + 1, NOW - STALE_KEPT_MS].map(standsIn)).toEqual([true, true, true, false]);
  expect(standIn({ answer: null, flight: null }, NOW)).toBeNull();
});

it('looks again in growing pauses, each between half of its length and the whole', () => {
  const lengths = [1, 2, 3, 4, 5, 6, 7, 50, 5_000];
  const most = [50, 100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000];
  expect([most[0], most.at(-1)]).toEqual([FIRST_PAUSE_MS, LONGEST_PAUSE_MS]);
  expect(lengths.map((looks) => pauseAfter(looks, () => 0))).toEqual(most.map((ms) => ms / 2));
  expect(lengths.map((looks) => pauseAfter(looks, () => 1))).toEqual(most);
});
