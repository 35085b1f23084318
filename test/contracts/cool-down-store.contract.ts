import { expect, it } from 'vitest';
import type { CoolDownStore } from '../../lib/cool-down/store.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

/** What every store of cool-downs does. Each test has names of its own. */
export const coolDownStoreContract = (create: (clock: Clock) => CoolDownStore): void => {
  it('gives back who is left alone and until when, to the millisecond', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    const [first, second] = [clock.now() + 1, clock.now() + 3_600_000];
    expect(await store.extend('anthropic/whole', 'key-1', first)).toBe(true);
    expect(await store.extend('anthropic/whole', 'clé 🔑#2', second)).toBe(true);
    const all = new Map([
      ['key-1', first],
      ['clé 🔑#2', second],
    ]);
    expect(await store.list('anthropic/whole')).toEqual(all);
    expect(await store.list('anthropic/whole', { eventually: true })).toEqual(all);
  });

  it('knows of nobody where nobody was named', async () => {
    expect(await create(createFakeClock()).list('anthropic/unknown')).toEqual(new Map());
  });

  it('keeps names apart, also where one begins as the other', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    await store.extend('apart/a', 'key-1', clock.now() + 1_000);
    await store.extend('apart/ab', 'key-2', clock.now() + 2_000);
    expect(await store.list('apart/a')).toEqual(new Map([['key-1', clock.now() + 1_000]]));
  });

  it('only ever extends: what ends sooner or at the same time changes nothing', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    const at = (ms: number) => clock.now() + ms;
    expect(await store.extend('extended', 'key-1', at(1_000))).toBe(true);
    for (const ms of [1_000, 999, -1_000]) expect(await store.extend('extended', 'key-1', at(ms))).toBe(false);
    expect(await store.list('extended')).toEqual(new Map([['key-1', at(1_000)]]));
    expect(await store.extend('extended', 'key-1', at(1_001))).toBe(true);
    expect(await store.list('extended')).toEqual(new Map([['key-1', at(1_001)]]));
  });

  it('lists it until it has ended, swept or not, and takes a new one then', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    const until = clock.now() + 1_500;
    await store.extend('ended', 'key-1', until);
    await clock.advance(1_499);
    expect(await store.list('ended')).toEqual(new Map([['key-1', until]]));
    await clock.advance(1);
    expect(await store.list('ended')).toEqual(new Map());
    expect(await store.extend('ended', 'key-1', until + 1)).toBe(true);
    expect(await store.list('ended')).toEqual(new Map([['key-1', until + 1]]));
  });

  it.each([
    ['the longest first', (a: number, b: number) => b - a],
    ['the longest last', (a: number, b: number) => a - b],
    ['in no order', undefined],
  ])('keeps the longest of forty that race, whatever their order: %s', async (title, order) => {
    const clock = createFakeClock();
    const store = create(clock);
    const random = seededRandom(5);
    const lengths = Array.from({ length: 40 }, () => 1 + Math.floor(random() * 3_600_000));
    if (order !== undefined) lengths.sort(order);
    const extended = await Promise.all(lengths.map((ms) => store.extend(`race/${title}`, 'key-1', clock.now() + ms)));
    const longest = Math.max(...lengths);
    expect(extended[lengths.indexOf(longest)]).toBe(true);
    expect(await store.list(`race/${title}`)).toEqual(new Map([['key-1', clock.now() + longest]]));
  });
};
