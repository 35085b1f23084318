import { expect, it } from 'vitest';
import { createKeyPool } from '../../../lib/model-call/keys/key-pool.ts';
import { createFakeClock } from '../../fake-clock.ts';

const pooled = (first: string) => {
  const clock = createFakeClock();
  const secret = { text: first, refreshes: 0 };
  const pool = createKeyPool({
    random: () => 0,
    clock,
    secret: {
      get: async () => secret.text,
      refresh: async () => ((secret.refreshes += 1), secret.text),
    },
  });
  const turn = async () => (await pool.nextKeys()).map(({ value }) => value);
  return { clock, secret, pool, turn };
};

it('a secret of one key is a pool of one', async () => {
  const { turn } = pooled('only');
  expect([await turn(), await turn()]).toEqual([['only'], ['only']]);
});

it('keys take turns', async () => {
  const { turn } = pooled('["a", "b", "c"]');
  expect([await turn(), await turn(), await turn(), await turn()]).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
    ['a', 'b', 'c'],
  ]);
});

it('a demoted key comes last for a minute', async () => {
  const { clock, pool, turn } = pooled('["a", "b"]');
  const [a] = await pool.nextKeys();
  pool.demote(a);
  expect([await turn(), await turn()]).toEqual([
    ['b', 'a'],
    ['b', 'a'],
  ]);
  await clock.advance(60_000);
  expect([await turn(), await turn()]).toContainEqual(['a', 'b']);
});

it('a rotated secret is the pool from then on', async () => {
  const { pool, secret, turn } = pooled('old');
  await turn();
  secret.text = '["new"]';
  await pool.refresh();
  expect(secret.refreshes).toBe(1);
  expect(await turn()).toEqual(['new']);
});

it('a secret that cannot be read again leaves the pool as it was', async () => {
  const clock = createFakeClock();
  const get = async () => 'key';
  const refresh = () => Promise.reject(new Error('down'));
  const pool = createKeyPool({
    random: () => 0,
    clock,
    secret: { get, refresh },
  });
  const [key] = await pool.nextKeys();
  await pool.refresh();
  expect(await pool.nextKeys()).toEqual([key]);
});

it('the id of a key does not hold the key', async () => {
  const [{ id, value }] = await pooled('sk-ant-canary').pool.nextKeys();
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(value).not.toContain(id);
});
