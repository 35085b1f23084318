import { describe, expect, it } from 'vitest';
import { createSharedRead, type SharedReadOptions } from '../../../lib/kernel/caching/shared-read.ts';
import { createFakeClock } from '../../fake-clock.ts';

/** A shared read of values that the test gives by hand, each read its own. */
const reading = (options: Partial<Omit<SharedReadOptions, 'clock'>> = {}) => {
  const clock = createFakeClock();
  const shared = createSharedRead<string | null>({ clock, ttlMs: 1_000, ...options });
  const reads: PromiseWithResolvers<string | null>[] = [];
  const find = (key = 'a') =>
    shared.find(key, () => {
      const read = Promise.withResolvers<string | null>();
      reads.push(read);
      return read.promise;
    });
  /** Asks, and answers what is read. */
  const found = async (value: string | null | Error, key = 'a') => {
    const before = reads.length;
    const asked = find(key).catch((error: unknown) => error);
    await clock.advance(0);
    if (reads.length > before)
      if (value instanceof Error) reads.at(-1)?.reject(value);
      else reads.at(-1)?.resolve(value);
    return asked;
  };
  return { clock, shared, reads, find, found };
};

const DOWN = new Error('down');

describe('a shared read', () => {
  it('is one for all who ask while it is under way, by key', async () => {
    const { reads, find } = reading();
    const asked = [find(), find(), find('b')];
    expect(reads).toHaveLength(2);
    reads[0]?.resolve('of a');
    reads[1]?.resolve('of b');
    expect(await Promise.all(asked)).toEqual(['of a', 'of a', 'of b']);
  });

  it('is remembered for its time, which counts from its beginning on the clock that says more', async () => {
    const { clock, reads, find, found } = reading();
    const asked = find();
    await clock.advance(400);
    reads[0]?.resolve('old');
    expect(await asked).toBe('old');
    await clock.advance(599);
    expect(await found('new')).toBe('old');
    await clock.advance(1);
    expect(await found('new')).toBe('new');
    clock.stepWall(-5_000);
    expect(await found('newest')).toBe('newest');
  });

  it('that is not to be remembered is shared all the same', async () => {
    const { reads, find, found } = reading({ ttlMs: 0 });
    const asked = [find(), find()];
    reads[0]?.resolve('first');
    expect(await Promise.all(asked)).toEqual(['first', 'first']);
    expect(await found('second')).toBe('second');
  });

  it('that fails is not remembered', async () => {
    const { reads, find, found } = reading();
    const asked = Promise.allSettled([find(), find()]);
    reads[0]?.reject(DOWN);
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await found('up')).toBe('up');
  });

  it('that fails at once, as a function that throws, is a failure like any other', async () => {
    const { shared, found } = reading();
    const throwing = () => {
      throw DOWN;
    };
    await expect(shared.find('a', throwing)).rejects.toBe(DOWN);
    expect(await found('up')).toBe('up');
  });

  it('that fails is remembered where that is wanted, for its own time', async () => {
    const { clock, reads, found } = reading({ failureTtlMs: 200 });
    expect(await found(DOWN)).toBe(DOWN);
    await clock.advance(199);
    expect(await found('up')).toBe(DOWN);
    expect(reads).toHaveLength(1);
    await clock.advance(1);
    expect(await found('up')).toBe('up');
  });
});

describe('what is remembered', () => {
  it('has a bound; what was used least of late gives way', async () => {
    const { found } = reading({ maxEntries: 2 });
    for (const key of ['a', 'b', 'a', 'c']) await found(key, key);
    expect(await found('new', 'b')).toBe('new');
    expect(await found('new', 'c')).toBe('c');
  });

  it('is apart from what is known to be absent, which has a time of its own', async () => {
    const { clock, found } = reading({ maxEntries: 2, absentTtlMs: 100 });
    await found('real');
    for (const key of ['x', 'y', 'z']) await found(null, key);
    expect(await found('new')).toBe('real');
    expect(await found('new', 'z')).toBe(null);
    await clock.advance(100);
    expect(await found('new', 'z')).toBe('new');
  });

  it('is read anew once it was forgotten, and what was being read then serves those who asked before alone', async () => {
    const { shared, reads, find, found } = reading();
    const before = find();
    shared.forget(() => false);
    const after = find();
    reads[0]?.resolve('old');
    expect(await before).toBe('old');
    reads[1]?.resolve('new');
    expect(await after).toBe('new');
    expect(await found('unread')).toBe('new');
    shared.forget((key, value) => key === 'a' && value === 'new');
    expect(await found('newest')).toBe('newest');
  });

  it('is what it was set to, whatever a read under way finds', async () => {
    const { shared, reads, find, found } = reading({ failureTtlMs: 1_000 });
    const asked = find();
    shared.set('a', 'set');
    reads[0]?.resolve('read');
    expect(await asked).toBe('read');
    expect(await found('unread')).toBe('set');
    await found(DOWN, 'b');
    shared.set('b', 'up');
    expect(await found('unread', 'b')).toBe('up');
  });
});
