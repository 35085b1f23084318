import { expect, it } from 'vitest';
import { createBulkhead } from '../../lib/rate-limit/bulkhead.ts';

const NEVER = new AbortController().signal;

/** Work that ends when told to. */
const controlled = () => {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name);
      ends.set(name, () => resolve(name));
    });
  return { begun, work, end: (name: string) => ends.get(name)?.() };
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('lets so many at a time work on a key, the others in their order, and other keys beside them', async () => {
  const bulkhead = createBulkhead(2);
  const { begun, work, end } = controlled();
  const results = ['a', 'b', 'c', 'd'].map((name) => bulkhead.run('one', work(name), NEVER));
  void bulkhead.run('other', work('x'), NEVER);
  await settled();
  expect(begun).toEqual(['a', 'b', 'x']);
  end('b');
  await settled();
  expect(begun).toEqual(['a', 'b', 'x', 'c']);
  for (const name of ['a', 'c', 'd']) {
    end(name);
    await settled();
  }
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
});

it('passes the turn of work that failed on', async () => {
  const bulkhead = createBulkhead(1);
  const failing = bulkhead.run('one', () => Promise.reject(new Error('broken')), NEVER);
  const next = bulkhead.run('one', async () => 'done', NEVER);
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

it('lets one that waits no longer go, without a turn lost', async () => {
  const bulkhead = createBulkhead(1);
  const { begun, work, end } = controlled();
  const first = bulkhead.run('one', work('first'), NEVER);
  const leaving = new AbortController();
  const left = bulkhead.run('one', work('left'), leaving.signal);
  const last = bulkhead.run('one', work('last'), NEVER);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  end('first');
  await settled();
  end('last');
  expect(await Promise.all([first, last])).toEqual(['first', 'last']);
  expect(begun).toEqual(['first', 'last']);
});

it('tells all that wait when those whose turn it was have failed one after the other', async () => {
  const bulkhead = createBulkhead(2, 2);
  const { begun, work } = controlled();
  const broken = () => Promise.reject(new Error('broken'));
  const asked = [broken, broken, work('a'), work('b')].map((each) => bulkhead.run<string>('one', each));
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  expect(begun).toEqual([]);
  expect(await bulkhead.run('one', async () => 'later')).toBe('later');
});

it('takes what fails together, by one error, for one failure', async () => {
  const bulkhead = createBulkhead(3, 2);
  const { promise, reject } = Promise.withResolvers<never>();
  const together = Array.from({ length: 3 }, () => bulkhead.run('one', () => promise));
  const next = bulkhead.run('one', async () => 'done');
  reject(new Error('broken'));
  expect((await Promise.allSettled(together)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  expect(await next).toBe('done');
});

it('forgets failures before a success', async () => {
  const bulkhead = createBulkhead(1, 2);
  const broken = () => Promise.reject(new Error('broken'));
  const asked = [broken, async () => 'done', broken, async () => 'done'].map((work) => bulkhead.run('one', work));
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

it('takes nobody who leaves in the middle of their turn for a failure', async () => {
  const bulkhead = createBulkhead(2, 2);
  const leaving = [new AbortController(), new AbortController()];
  const untilGone = ({ signal }: AbortController) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))));
  const gone = leaving.map((each) => bulkhead.run('one', () => untilGone(each), each.signal));
  const waiting = ['a', 'b', 'c'].map((name) => bulkhead.run('one', async () => name, NEVER));
  await settled();
  for (const each of leaving) each.abort();
  await expect(Promise.allSettled(gone)).resolves.toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  expect(await Promise.all(waiting)).toEqual(['a', 'b', 'c']);
});
