import { expect, it } from 'vitest';
import { concurrently } from '../../lib/kernel/concurrently.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function* numbers(count: number) {
  for (let at = 0; at < count; at += 1) yield at;
}

it.each([1, 3, 50])('does all items, %i at a time at most, and keeps their order', async (limit) => {
  let running = 0;
  let most = 0;
  const act = async (item: number) => {
    most = Math.max(most, (running += 1));
    for (let i = 0; i < item % 4; i += 1) await turn();
    running -= 1;
    return item * 2;
  };
  const doubled = Array.from({ length: 20 }, (_, at) => at * 2);
  expect(await concurrently(numbers(20), limit, act)).toEqual(doubled);
  expect(await concurrently([...Array(20).keys()], limit, act)).toEqual(doubled);
  expect(most).toBeLessThanOrEqual(limit);
  expect(await concurrently([], limit, act)).toEqual([]);
});

it('tells the first failure and begins nothing after it', async () => {
  let begun = 0;
  const act = async (item: number) => {
    begun += 1;
    await turn();
    if (item === 2) throw new Error('third');
  };
  await expect(concurrently(numbers(100), 2, act)).rejects.toThrow('third');
  for (let i = 0; i < 50; i += 1) await turn();
  expect(begun).toBeLessThan(8);
});

it('tells the failure of what gives the items', async () => {
  const broken = (async function* () {
    yield 1;
    throw new Error('no list');
  })();
  await expect(concurrently(broken, 4, async () => undefined)).rejects.toThrow('no list');
});
