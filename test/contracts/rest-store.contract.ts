import { expect, it } from 'vitest';
import type { Clock } from '../../lib/kernel/clock.ts';
import { MAX_REST_MS, type Rest } from '../../lib/rests/rest.ts';
import type { RestStore } from '../../lib/rests/store.ts';
import { createFakeClock } from '../fake-clock.ts';

/** What every store of rests does. Each test has names of its own. */
export const restStoreContract = (create: (clock: Clock) => RestStore): void => {
  const at = (clock: Clock, version = 1, ms = 1_000): Rest => ({
    version,
    until: clock.now() + ms,
    probeAt: clock.now() + 7,
  });

  it('gives a rest back as it was written, to the millisecond', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    expect(await store.replace('whole/a', 0, at(clock))).toBe(true);
    expect(await store.get('whole/a')).toEqual(at(clock));
    expect(await store.list('whole/')).toEqual([{ name: 'whole/a', rest: at(clock) }]);
    expect(await store.list('whole/', { eventually: true })).toHaveLength(1);
  });

  it('knows of none where none was written', async () => {
    const store = create(createFakeClock());
    expect(await store.get('unknown/a')).toBeNull();
    expect(await store.list('unknown/')).toEqual([]);
  });

  it('keeps names apart, also where one begins as the other, and lists by name', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    for (const name of ['apart/b/1', 'apart/ab/1', 'apart/a/2', 'apart/a/1']) await store.replace(name, 0, at(clock));
    const names = async (prefix: string) => (await store.list(prefix)).map(({ name }) => name);
    expect(await names('apart/a/')).toEqual(['apart/a/1', 'apart/a/2']);
    expect(await names('apart/')).toEqual(['apart/a/1', 'apart/a/2', 'apart/ab/1', 'apart/b/1']);
  });

  it('writes over the version that was assumed, and no other', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    expect(await store.replace('versions/a', 1, at(clock, 2))).toBe(false);
    expect(await store.replace('versions/a', 0, at(clock, 1))).toBe(true);
    expect(await store.replace('versions/a', 0, at(clock, 1))).toBe(false);
    expect(await store.replace('versions/a', 1, at(clock, 2))).toBe(true);
    expect(await store.replace('versions/a', 1, at(clock, 2, 5_000))).toBe(false);
    expect(await store.get('versions/a')).toEqual(at(clock, 2));
  });

  it('lets one of forty that race for a version win', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    const all = Array.from({ length: 40 }, (_, each) => store.replace('race/a', 0, at(clock, 1, each)));
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
  });

  it('remembers what has ended for an hour, swept or not, and then begins anew', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    await store.replace('ended/a', 0, at(clock, 9));
    await clock.advance(1_000 + MAX_REST_MS - 1);
    expect(await store.get('ended/a')).toMatchObject({ version: 9 });
    await clock.advance(1_000);
    expect([await store.get('ended/a'), await store.list('ended/')]).toEqual([null, []]);
    expect(await store.replace('ended/a', 0, at(clock))).toBe(true);
    expect(await store.get('ended/a')).toEqual(at(clock));
  });
};
