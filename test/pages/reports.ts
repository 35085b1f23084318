import { beforeAll, describe, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { formatUsd, parseUsd, type PicoUsd, sum } from '../../lib/kernel/money.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import { startOfHour } from '../../lib/usage/reports/time-range.ts';
import { storesOf } from './books.ts';
import { openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';
const TENANT = 'reported';
const HOUR_MS = 3_600_000;

/** What each dimension of the report calls a record. */
const NAMES: Readonly<Record<string, (record: UsageRecord) => string>> = {
  day: ({ at }) => new Date(at).toISOString().slice(0, 10),
  month: ({ at }) => new Date(at).toISOString().slice(0, 7),
  model: ({ model }) => model,
  agent: ({ agent }) => agent,
  key: ({ keyId }) => keyId,
  user: ({ userId }) =>
    ['ada', 'bob'].find((name) => userId !== null && bookedName(pseudonymOf(name)) === userId) ?? '(none)',
};

const costsBy = (records: readonly UsageRecord[], nameOf: (record: UsageRecord) => string): Record<string, string> =>
  Object.fromEntries(
    [...Map.groupBy(records, nameOf)].map(([name, all]) => [name, formatUsd(sum(all.map(({ cost }) => cost)))]),
  );

export const reportsInTheConsole = (stage: Stage) =>
  describe('what was used, in the console', () => {
    const send = async (method: string, path: string, body: object, key = ADMIN) => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const answer = await stage.server.ask(path, { method, headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, unknown>;
    };
    let key = '';
    /** On the books, since midnight (UTC). */
    let records: readonly UsageRecord[] = [];
    let total: PicoUsd;

    beforeAll(async () => {
      await send('PUT', `/admin/tenants/${TENANT}`, { dailyBudgetUsd: '3' });
      const keys = await Promise.all(
        ['one', 'two'].map(async (name) =>
          String((await send('POST', `/admin/tenants/${TENANT}/keys`, { name }))['key']),
        ),
      );
      [key = ''] = keys;
      const questions = [
        { complexity: 'simple', userId: 'ada' },
        { complexity: 'standard', userId: 'bob', agent: 'researcher' },
        { complexity: 'complex' },
        { complexity: 'standard', userId: 'ada' },
      ];
      for (const [nth, question] of questions.entries())
        expect(
          await send('POST', '/agent/run', { task: `What is 17 * ${nth}?`, ...question }, keys[nth % 2]),
        ).toMatchObject({ status: 'succeeded' });
      const message = { model: 'claude-haiku-5-5', max_tokens: 16, messages: [{ role: 'user', content: 'Hello' }] };
      await send('POST', '/v1/messages', message, keys[1]);
      const stores = await storesOf(stage);
      const now = Date.now();
      const hours = [startOfHour(now - HOUR_MS), startOfHour(now)];
      for (const hour of hours) records = [...records, ...(await Array.fromAsync(stores.usage.inHour(TENANT, hour)))];
      stores.close();
      total = sum(records.map(({ cost }) => cost));
    });

    it('equals the ledger, in integers: spent, and by day, month, model, agent, key and user, also as CSV', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, key);
      await page.getByRole('link', { name: 'Money' }).click();
      for (const period of ['day', 'month'])
        expect(await page.locator(`[data-period=${period}] [data-field=spent]`).textContent()).toBe(
          `$${formatUsd(total)}`,
        );
      const shown = async (): Promise<unknown> =>
        page.evaluate(`Object.fromEntries([...document.querySelectorAll('[aria-label=Usage] tbody tr')].map(
          ({ children }) => [children[0].textContent.trim(), [...children].at(-1).textContent.trim()],
        ))`);
      for (const [dimension, nameOf] of Object.entries(NAMES)) {
        await page.getByRole('combobox', { name: 'By' }).selectOption(dimension);
        const costs = costsBy(records, nameOf);
        const wanted = Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, `$${cost}`]));
        await expect.poll(shown).toEqual({ ...wanted, All: `$${formatUsd(total)}` });
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Download CSV' }).click(),
        ]);
        const csv = Buffer.concat(await Array.fromAsync(await download.createReadStream())).toString();
        const [head = '', ...lines] = csv.trim().split(/\r?\n/);
        const column = head.split(',').indexOf('costUsd');
        const booked = sum(lines.map((line) => parseUsd(line.split(',')[column] ?? '')));
        expect(formatUsd(booked), dimension).toBe(formatUsd(total));
      }
      expect(complaints).toEqual([]);
    });

    it('is whole as CSV where one answer does not hold all groups', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, key);
      const asked: string[] = [];
      // As if an answer held one group, where it holds ten thousand.
      await page.route(/\/usage\?/, async (route) => {
        const url = new URL(route.request().url());
        if (route.request().headers()['accept'] !== 'text/csv') return route.continue();
        url.searchParams.set('limit', '1');
        asked.push(url.search);
        return route.continue({ url: url.href });
      });
      await page.getByRole('link', { name: 'Money' }).click();
      await page.getByRole('combobox', { name: 'By' }).selectOption('user');
      await page.getByRole('region', { name: 'Usage' }).getByRole('row', { name: /^bob/ }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download CSV' }).click(),
      ]);
      const csv = Buffer.concat(await Array.fromAsync(await download.createReadStream())).toString();
      const [head = '', ...lines] = csv.trim().split('\r\n');
      const column = (name: string) => lines.map((line) => line.split(',')[head.split(',').indexOf(name)] ?? '');
      expect(column('user')).toEqual(['', 'ada', 'bob']);
      expect(formatUsd(sum(column('costUsd').map(parseUsd)))).toBe(formatUsd(total));
      expect(asked).toHaveLength(3);
      expect(complaints).toEqual([]);
    });

    it('is shown page by page where one does not hold all groups, and from the first for another grouping', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, key);
      // As if a page held one group, where it holds a hundred.
      await page.route(/\/usage\?/, async (route) => {
        const url = new URL(route.request().url());
        if (url.searchParams.has('limit')) url.searchParams.set('limit', '1');
        return route.continue({ url: url.href });
      });
      await page.getByRole('link', { name: 'Money' }).click();
      const by = page.getByRole('combobox', { name: 'By' });
      await by.selectOption('user');
      const usage = page.getByRole('region', { name: 'Usage' });
      const rows = async () =>
        (await usage.locator('tbody tr').allTextContents()).map(
          (text) => /^(ada|bob|All|\(none\))?/.exec(text.trim())?.[0],
        );
      const costs = costsBy(records, NAMES['user']!);
      const all = () => usage.locator('[data-row=totals] td').last().textContent();
      const [more, before] = ['More', 'Before'].map((name) => usage.getByRole('button', { name }));
      if (more === undefined || before === undefined) throw new Error('no buttons');
      await expect.poll(rows).toEqual(['(none)', 'All']);
      expect(await before.count()).toBe(0);
      for (const name of ['ada', 'bob']) {
        await more.click();
        await expect.poll(rows).toEqual([name, 'All']);
        expect(await usage.locator('tbody tr').first().locator('td').last().textContent()).toBe(`$${costs[name]}`);
        expect(await all()).toBe(`$${formatUsd(total)}`);
      }
      expect(await more.count()).toBe(0);
      await looksRight('usage-last-page');
      await before.click();
      await expect.poll(rows).toEqual(['ada', 'All']);
      await by.selectOption('agent');
      await expect.poll(() => before.count()).toBe(0);
      await by.selectOption('user');
      await expect.poll(rows).toEqual(['(none)', 'All']);
      expect(complaints).toEqual([]);
    });

    it('is shown to an administrator by tenant', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Money' }).click();
      const row = page.getByRole('region', { name: 'Usage' }).getByRole('row', { name: new RegExp(`^${TENANT} `) });
      await expect.poll(() => row.locator('td').last().textContent()).toBe(`$${formatUsd(total)}`);
      expect(complaints).toEqual([]);
    });
  });
