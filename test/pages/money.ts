import { describe, expect, it } from 'vitest';
import { viewStageDay } from '../../lib/budget/view.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { formatUsd, minus, parseUsd, type PicoUsd, sum, ZERO } from '../../lib/kernel/money.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import { startOfHour } from '../../lib/usage/reports/time-range.ts';
import { record } from '../usage/records.ts';
import { storesOf, tenantIn } from './books.ts';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';

const splitTenant = (look: string): string => `split-${look.replaceAll(' ', '-')}`;

export const moneyInTheConsole = (stage: Stage) =>
  describe('money in the console', () => {
    const send = async (method: string, path: string, body: object, key = ADMIN) => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const answer = await stage.server.ask(path, { method, headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, unknown>;
    };

    it.each(LOOKS)('shows what was estimated and adjusted of each month (%s)', async (look, options) => {
      const tenantId = `corrected-${look.replaceAll(' ', '-')}`;
      const key = await tenantIn(stage, tenantId);
      const { page, complaints, looksRight } = await openPage(stage, options);
      await signIn(page, stage, key);
      await page.getByRole('link', { name: 'Money' }).click();
      const trueUp = page.getByRole('region', { name: 'True-up' });
      await trueUp.getByText('Nothing was adjusted in the last 6 months.').waitFor();
      const month = new Date().toISOString().slice(0, 7);
      const command = `npm run true-up -- --stage local \\\n  --month ${month} --report report.csv`;
      expect(await trueUp.locator('pre').textContent()).toBe(command);
      await looksRight(`true-up-none-${look}`);

      const stores = await storesOf(stage);
      const at = Date.now();
      const lost = { tenantId, at, attemptId: 'run_03:1:1', runId: 'run_03', answered: false };
      await stores.usage.add(record({ ...lost, cost: parseUsd('5'), estimated: 'lost' }));
      await stores.usage.add(record({ ...lost, attemptId: 'run_04:1:1', cost: parseUsd('1'), estimated: 'cut' }));
      const cost = minus(parseUsd('1'), parseUsd('5'));
      const adjusted = { tenantId, at, attemptId: 'run_03:1:1:adjusted', estimatedCost: minus(ZERO, parseUsd('5')) };
      await stores.usage.add(record({ ...adjusted, runId: 'run_03', cost }));
      stores.close();
      await page.getByRole('link', { name: 'Runs' }).click();
      await page.getByRole('link', { name: 'Money' }).click();
      const row = trueUp.getByRole('row', { name: month });
      await row.waitFor();
      expect(await row.locator('td').allTextContents()).toEqual([month, '$2', '$1 50 %', '-$4', expect.anything()]);
      await row.getByRole('button', { name: `Copy the command for ${month}` }).waitFor();
      expect(await trueUp.getByText('Nothing was adjusted').count()).toBe(0);
      await looksRight(`true-up-${look}`);
      expect(complaints).toEqual([]);
    });

    it.each(LOOKS)(
      'shows what each key and each end user has left, as the books have it (%s)',
      async (look, options) => {
        const tenantId = splitTenant(look);
        await tenantIn(stage, tenantId);
        await send('PATCH', `/admin/tenants/${tenantId}`, { userDailyBudgetUsd: '2' });
        const make = (name: string, settings = {}) =>
          send('POST', `/admin/tenants/${tenantId}/keys`, { name, ...settings });
        const [shop, batch] = [await make('shop', { dailyBudgetUsd: '1' }), await make('batch')];
        const ask = (key: unknown, userId?: string) =>
          send(
            'POST',
            '/agent/run',
            { task: 'What is 17 * 23?', ...(userId !== undefined && { userId }) },
            String(key),
          );
        for (const [key, user] of [
          [shop, 'ada'],
          [shop, 'ada'],
          [batch, 'bob'],
          [batch, undefined],
        ] as const)
          expect(await ask(key['key'], user)).toMatchObject({ status: 'succeeded' });

        const stores = await storesOf(stage);
        const records = await Array.fromAsync(stores.usage.inHour(tenantId, startOfHour(Date.now())));
        stores.close();
        const costOf = (of: (each: UsageRecord) => boolean) => sum(records.filter(of).map(({ cost }) => cost));
        const row = (limit: string | null, spent: PicoUsd) => [
          `$${formatUsd(spent)}`,
          '$0',
          limit === null ? '–' : `$${formatUsd(minus(parseUsd(limit), spent))}`,
          limit === null ? '–' : `$${limit}`,
          `$${formatUsd(spent)}`,
          '$0',
        ];
        const { page, complaints, looksRight } = await openPage(stage, options);
        await signIn(page, stage, String(shop['key']));
        await page.getByRole('link', { name: 'Money' }).click();
        const budgets = page.getByRole('region', { name: 'Keys and end users' });
        const figures = async (name: string | RegExp) =>
          (await budgets.getByRole('row', { name }).locator('td').allTextContents()).slice(2, 8);
        await budgets.getByRole('row', { name: /^shop/ }).waitFor();
        expect(await figures(/^shop/)).toEqual(
          row(
            '1',
            costOf(({ keyId }) => keyId === shop['keyId']),
          ),
        );
        expect(await figures(/^batch/)).toEqual(
          row(
            null,
            costOf(({ keyId }) => keyId === batch['keyId']),
          ),
        );
        expect(await figures(/^books/)).toEqual(row(null, ZERO));
        await looksRight(`budgets-keys-${look}`);
        await budgets.getByRole('combobox').selectOption('user');
        await budgets.getByRole('row', { name: /^ada/ }).waitFor();
        const booked = (name: string) => bookedName(pseudonymOf(name));
        expect(await figures(/^ada/)).toEqual(
          row(
            '2',
            costOf(({ userId }) => userId === booked('ada')),
          ),
        );
        expect(await figures(/^bob/)).toEqual(
          row(
            '2',
            costOf(({ userId }) => userId === booked('bob')),
          ),
        );
        expect(await figures(/^who names none/)).toEqual(
          row(
            '2',
            costOf(({ userId }) => userId === null),
          ),
        );
        await looksRight(`budgets-users-${look}`);

        // What runs holds its money back, of the key and of the end user.
        const slow = send('POST', '/agent/run', { task: 'Hello [[over:4000]]', userId: 'ada' }, String(shop['key']));
        await page.getByRole('link', { name: 'Runs' }).click();
        await page.getByRole('link', { name: 'Money' }).click();
        await expect.poll(async () => (await figures(/^shop/))[1]).not.toBe('$0');
        await slow;
        expect(complaints).toEqual([]);
      },
    );

    it('shows an administrator those of another tenant', async () => {
      const tenantId = splitTenant(LOOKS[0]?.[0] ?? '');
      const { page, complaints, looksRight } = await openPage(stage, { colorScheme: 'dark' });
      await signIn(page, stage, ADMIN);
      await page.evaluate(`location.hash = '/tenants/${tenantId}'`);
      const budgets = page.getByRole('region', { name: 'Keys and end users' });
      await budgets.getByRole('row', { name: /^shop/ }).waitFor();
      await looksRight('tenant-dark');
      expect(complaints).toEqual([]);
    });

    it.each(LOOKS)('shows an administrator what is left of the budget of the stage (%s)', async (look, options) => {
      expect(
        await send('POST', '/agent/run', { task: 'What is 17 * 23?' }, await tenantIn(stage, 'counted')),
      ).toMatchObject({
        status: 'succeeded',
      });
      const { page, complaints, looksRight } = await openPage(stage, options);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Money' }).click();
      const whole = page.getByRole('region', { name: 'The whole stage today' });
      const field = (name: string) => whole.locator(`[data-field=${name}]`).textContent();
      const booked = async () => {
        const stores = await storesOf(stage);
        const now = Date.now();
        const view = await viewStageDay(stores.budgets, parseUsd('1000'), now);
        stores.close();
        return [view?.spentUsd, view?.remainingUsd].map((amount) => `$${amount}`);
      };
      await whole.waitFor();
      // What other tests have under way is settled meanwhile.
      await expect
        .poll(async () => [await field('spent'), await field('left')], { timeout: 60_000 })
        .toEqual(await booked());
      expect(await field('spent')).not.toBe('$0');
      await looksRight(`stage-budget-${look}`);
      await page.getByLabel('Whose').selectOption('own');
      await whole.waitFor({ state: 'detached' });
      expect(complaints).toEqual([]);
    });

    it('shows what part of a budget is reached, its forecast and each day of the month', async () => {
      await send('PUT', '/admin/tenants/thrifty', {});
      const { key } = await send('POST', '/admin/tenants/thrifty/keys', { name: 'books' });
      const { usage } = await send('POST', '/agent/run', { task: 'What is 17 * 23?' }, String(key));
      const { costUsd } = usage as { costUsd: string };
      const limit = (Number(costUsd) / 0.8).toFixed(9);
      await send('PATCH', '/admin/tenants/thrifty', { dailyBudgetUsd: limit });

      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, String(key));
      await page.getByRole('link', { name: 'Money' }).click();
      const today = page.locator('[data-period=day]');
      await today.locator('[data-field=threshold]', { hasText: '75 % reached' }).waitFor();
      await today.locator('[data-field=estimated]', { hasText: '$0 0 %' }).waitFor();
      expect(await today.getByRole('meter').getAttribute('aria-valuenow')).toBe('80');
      const month = page.locator('[data-period=month]');
      expect(await month.locator('[data-field=threshold]').count()).toBe(0);
      const ownBudget = await stage.server.ask('/usage/budget', { headers: { 'x-api-key': String(key) } });
      const { day } = (await ownBudget.json()) as { day: { forecastUsd: string | null; resetsAt: string } };
      const forecast = (await today.locator('[data-field=forecast]').textContent()) ?? '';
      expect(forecast.startsWith('$')).toBe(day.forecastUsd !== null);
      const date = new Date(Date.parse(day.resetsAt) - 1).toISOString().slice(0, 10);
      await page.locator(`[title="${date}: $${costUsd}"]`).waitFor();
      await looksRight('budget');
      await page.getByLabel('Time').selectOption('last month');
      await page.getByText('Nothing was used in this time.').waitFor();
      await page.getByLabel('Time').selectOption('today');
      await page.getByRole('cell', { name: date }).waitFor();
      expect(await page.getByLabel('From (UTC)').inputValue()).toBe(date);
      expect(complaints).toEqual([]);
    });
  });
