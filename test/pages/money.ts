import { describe, expect, it } from 'vitest';
import { minus, parseUsd, ZERO } from '../../lib/kernel/money.ts';
import { record } from '../usage/records.ts';
import { storesOf, tenantIn } from './books.ts';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';

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

      const stores = storesOf(stage);
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
