import { describe, expect, it } from 'vitest';
import { openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';

export const moneyInTheConsole = (stage: Stage) =>
  describe('money in the console', () => {
    const send = async (method: string, path: string, body: object, key = ADMIN) => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const answer = await stage.server.ask(path, { method, headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, unknown>;
    };

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
