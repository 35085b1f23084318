import { expect, it } from 'vitest';
import { lazy } from '../../../lib/kernel/caching/lazy.ts';

it('What is made late is made at its first use, once, also for those who ask at the same time', async () => {
  let made = 0;
  const get = lazy(async () => (made += 1));
  expect(made).toBe(0);
  expect(await Promise.all([get(), get()])).toEqual([1, 1]);
  expect(await get()).toBe(1);
});

it('What could not be made is tried again at the next use', async () => {
  let tries = 0;
  const get = lazy(async () => {
    tries += 1;
    if (tries === 1) throw new Error('not now');
    return tries;
  });
  await expect(get()).rejects.toThrow('not now');
  expect(await get()).toBe(2);
});
