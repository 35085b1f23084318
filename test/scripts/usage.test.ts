import { describe, expect, it } from 'vitest';
import { pico } from '../../lib/kernel/money.ts';
import { readUsage, UsageRefused } from '../../scripts/read-usage.ts';
import { tableOf } from '../../scripts/usage-table.ts';
import { usageFunction } from '../functions/report-usage-parts.ts';
import { record } from '../usage/records.ts';

/** The API as `fetch` reaches it, in process. */
const served = () => {
  const api = usageFunction();
  const asked: string[] = [];
  const fetch = (async (target: URL, init: { headers: Record<string, string> }) => {
    asked.push(target.search);
    const { status, text } = await api.get(target.href, init.headers['x-api-key']);
    return new Response(text, { status });
  }) as typeof globalThis.fetch;
  const read = (query: Record<string, string>, key = 'acme') =>
    readUsage({ url: 'http://localhost:3000/', key, path: '/usage', query }, fetch);
  return { ...api, asked, read };
};

describe('the table', () => {
  it('aligns the key to the left and figures to the right, and ends with the total', () => {
    const row = (key: string, requests: number, costUsd: string) => ({ key, requests, costUsd });
    const groups = [row('', 1, '0.5'), row('a-long-user', 12_000, '0.000000000001')];
    expect(tableOf('user', groups, { requests: 12_001, costUsd: '0.500000000001' })).toBe(
      [
        'user         requests         costUsd',
        '-----------  --------  --------------',
        '(none)              1             0.5',
        'a-long-user     12000  0.000000000001',
        '-----------  --------  --------------',
        'total           12001  0.500000000001',
        '',
      ].join('\n'),
    );
  });

  it('shows both keys of two dimensions', () => {
    const table = tableOf('model,user', [{ key: ['claude-opus-5-5', ''], calls: 1 }], { calls: 1 });
    expect(table).toMatch(/^claude-opus-5-5 \/ \(none\)\s+1$/m);
  });

  it('lets no control sequence of a user’s id reach the terminal', () => {
    const table = tableOf('user', [{ key: '\u001b[31mred\u0007\r\n\u202e', calls: 1 }], { calls: 1 });
    // oxlint-disable-next-line no-control-regex -- exactly these must be gone
    expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(table).toContain('[31mred');
  });
});

describe('reading it', () => {
  it('follows the pages to their end', async () => {
    const { usage, read, asked } = served();
    for (let at = 0; at < 5; at += 1)
      await usage.add(
        record({ attemptId: `run_${at}:1:1`, userId: `u${at}`, at: Date.parse('2026-11-20'), cost: pico(10n ** 12n) }),
      );
    const { groups, totals } = await read({ groupBy: 'user', limit: '2' });
    expect(groups.map(({ key }) => key)).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
    expect(totals).toMatchObject({ requests: 5, costUsd: '5' });
    expect(asked).toHaveLength(3);
  });

  it('tells why the API refused', async () => {
    const { read } = served();
    await expect(read({ from: 'x' })).rejects.toThrow(/^400: .*\(from must be a day like 2026-11-20\)$/);
    await expect(read({}, 'nobody')).rejects.toBeInstanceOf(UsageRefused);
  });
});
