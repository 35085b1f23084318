import { expect, it } from 'vitest';
import { nextKey, type Said } from '../../../lib/model-call/keys/call-keys.ts';
import type { PoolKey } from '../../../lib/model-call/provider.ts';
import type { RestState } from '../../../lib/rests/rest.ts';

const key = (id: string): PoolKey => ({ id, value: id });
/** So many milliseconds it rests; below 0: and is due to be tried out. */
const stateOf = (ms: number): RestState => {
  if (ms === 0) return { kind: 'over' };
  return ms < 0 ? { kind: 'due', forMs: -ms } : { kind: 'resting', forMs: ms };
};
const limited = (limitedMs: number | null): Said => ({ limitedMs });

it.each<[string, string, Readonly<Record<string, Said>>, Readonly<Record<string, number>>, unknown]>([
  ['the first key that nothing is known of', 'ab', {}, {}, 'a'],
  ['the next one where the first rests', 'ab', {}, { a: 5 }, 'b'],
  ['the next one where the first was limited in this call', 'ab', { a: limited(5) }, {}, 'b'],
  ['the next one where the first was rejected', 'abc', { a: 'rejected' }, {}, 'b'],
  ['the last that is left of two rejected ones', 'abc', { a: 'rejected', b: 'rejected' }, {}, 'c'],
  ['to wait for the first of those that rest', 'ab', {}, { a: 9, b: 5 }, 5],
  ['to wait for the sooner of a limited and a resting one', 'ab', { a: limited(3) }, { b: 5 }, 3],
  ['to wait, nobody knows how long, for one that did not say', 'ab', { a: limited(null) }, { b: 5 }, null],
  ['to wait for a good key rather than try a rejected one again', 'ab', { a: 'rejected', b: limited(5) }, {}, 5],
  ['to try out the first where it is due, before the next', 'ab', {}, { a: -5 }, 'try a'],
  ['no more to try out what this call was told of', 'ab', { a: limited(5) }, { a: -5 }, 'b'],
  ['to wait for one that was tried out in vain', 'a', { a: limited(7) }, { a: -5 }, 7],
  ['nothing where all were rejected', 'ab', { a: 'rejected', b: 'rejected' }, {}, undefined],
])('%s', (_title, pool, said, rests, expected) => {
  const choice = nextKey([...pool].map(key), new Map(Object.entries(said)), ({ id }) => stateOf(rests[id] ?? 0));
  if (expected === undefined) expect(choice).toEqual({ kind: 'none' });
  else if (typeof expected === 'string') {
    const [id = '', kind = 'key'] = expected.split(' ').toReversed();
    expect(choice).toEqual({ kind, key: key(id) });
  } else expect(choice).toEqual({ kind: 'wait', forMs: expected });
});
