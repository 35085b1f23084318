import { describe, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';

export const alarmsInTheConsole = (stage: Stage) =>
  describe('what watches a stage, in the console', () => {
    /** Budgets are notified there, too. */
    const tests = () =>
      stage.target.seen.filter(({ body }) => (JSON.parse(body) as { type: string }).type === 'alarm.test');

    it('shows each alarm with what to do, and sends each target a test', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Alarms' }).click();
      const alarms = page.getByRole('region', { name: 'What is notified' });
      await alarms.getByText('circuit-open').first().waitFor();
      expect(await alarms.locator('details').count()).toBe(Object.keys(RUNBOOK).length);
      await page.getByLabel('Find').fill('status page');
      await alarms
        .locator('summary')
        .filter({ has: page.getByText('circuit-open', { exact: true }) })
        .click();
      await alarms.getByText('look at the provider').first().waitFor();
      await looksRight('alarms');
      await page.getByRole('button', { name: 'Send a test…' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.locator('pre').textContent()).toBe('POST /admin/alarms/test');
      expect(tests()).toEqual([]);
      await dialog.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('listitem').filter({ hasText: 'webhook' }).getByText('delivered', { exact: true }).waitFor();
      expect(tests().map(({ path }) => path)).toEqual(['/alarms']);
      await looksRight('alarms-tested');
      expect(complaints).toEqual([]);
    });

    it('shows what is left to set up, each with its command', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Set-up' }).click();
      const line = (title: string) => page.getByRole('listitem').filter({ hasText: title });
      await line('Somebody is notified of alarms').getByText('Notified of alarms: webhook.').waitFor();
      await line('A key of the provider').getByText('npm run secret -- put anthropic --local').waitFor();
      await line('Each tenant has a budget')
        .getByText(/^npx ballast tenants set \w+ dailyBudgetUsd=10$/)
        .waitFor();
      await line('The prices are fresh').getByText('done').waitFor();
      await looksRight('set-up');
      expect(complaints).toEqual([]);
    });
  });
