import { describe, expect, it } from 'vitest';
import { markOf } from '../../../lib/kernel/age.ts';
import { createExpiringCache } from '../../../lib/kernel/caching/expiring-cache.ts';
import { createFakeClock } from '../../fake-clock.ts';

const setUp = (maxEntries = 3) => {
  const clock = createFakeClock();
  return { clock, cache: createExpiringCache<string>({ clock, ttlMs: 1_000, maxEntries }) };
};

describe('an expiring cache', () => {
  it('forgets an entry when its age, counted from the reading, reaches the time to live', async () => {
    const { cache, clock } = setUp();
    const readAt = markOf(clock);
    await clock.advance(400);
    cache.set('a', 'A', readAt);
    await clock.advance(599);
    expect(cache.get('a')).toBe('A');
    await clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('gives up the entry that was not used for longest when it is full', () => {
    const { cache, clock } = setUp();
    for (const key of ['a', 'b', 'c']) cache.set(key, key, markOf(clock));
    cache.get('a');
    cache.set('d', 'd', markOf(clock));
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c', 'd']);
  });

  it('replaces an entry without giving up another', () => {
    const { cache, clock } = setUp(2);
    cache.set('a', 'A', markOf(clock));
    cache.set('b', 'B', markOf(clock));
    cache.set('a', 'A2', markOf(clock));
    expect([cache.get('a'), cache.get('b')]).toEqual(['A2', 'B']);
  });

  it('counts the replacing of an entry as its use', () => {
    const { cache, clock } = setUp(2);
    for (const key of ['a', 'b', 'a', 'c']) cache.set(key, key, markOf(clock));
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c']);
  });

  it('forgets what matches by key or by value, and nothing else', () => {
    const { cache, clock } = setUp(4);
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key.toUpperCase(), markOf(clock));
    cache.forget((key, value) => key === 'a' || value === 'C');
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([undefined, 'B', undefined, 'D']);
  });
});
