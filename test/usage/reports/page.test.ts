import { expect, it } from 'vitest';
import { AppError } from '../../../lib/kernel/errors.ts';
import { pageOf } from '../../../lib/usage/reports/page.ts';
import { seededRandom } from '../../seeded-random.ts';

const groupsOf = (keys: readonly string[]) => new Map(keys.map((key) => [key, key.length]));
const asRow = (key: string, length: number) => ({ key, length });

const everyPage = (groups: ReadonlyMap<string, number>, limit: number): string[][] => {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: ReturnType<typeof pageOf<number, { key: string }>> = pageOf(groups, { limit, cursor }, asRow);
    pages.push(page.rows.map(({ key }) => key));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
};

it('pages hold every group once, in the order of the keys, the empty key first', () => {
  const random = seededRandom(5);
  const keys = ['', ...Array.from({ length: 97 }, () => `user 🦉 ${random()}`)];
  for (const limit of [1, 7, 49, 98, 1_000])
    expect(everyPage(groupsOf(keys.toReversed()), limit).flat()).toEqual(keys.toSorted());
  expect(everyPage(groupsOf(keys), 49)).toHaveLength(2);
  expect(everyPage(groupsOf([]), 5)).toEqual([[]]);
});

it('a page ends before an answer grows too large, whatever the limit', () => {
  const keys = Array.from({ length: 10_000 }, (_, at) => String(at).padStart(256, '🦉'));
  const pages = everyPage(groupsOf(keys), 10_000);
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.flat()).toHaveLength(10_000);
  for (const page of pages) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(4_500_000);
});

it.each(['', 'x', 'eyJhZnRlciI6MX0', 'null', '!!', 'e30', `${'a'.repeat(5_000)}`])(
  'the cursor %j, which is none, is refused at its path',
  (cursor) => {
    const refusal = () => pageOf(groupsOf(['a']), { limit: 1, cursor }, asRow);
    expect(refusal).toThrow(AppError);
    expect(refusal).toThrow(
      expect.objectContaining({ code: 'invalid-request', issues: [expect.objectContaining({ path: 'cursor' })] }),
    );
  },
);
