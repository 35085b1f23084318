import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { alarmEvent } from '../../local/alarm-event.ts';
import { noteAlarm } from '../../local/note-alarm.ts';
import { readSettings } from '../../local/settings.ts';
import { notification, snsEvent } from '../alerts/sns.ts';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';

export const alarmsInTheConsole = (stage: Stage) =>
  describe('what watches a stage, in the console', () => {
    /** Budgets are notified there, too. */
    const tests = () =>
      stage.target.seen.filter(({ body }) => (JSON.parse(body) as { type: string }).type === 'alarm.test');

    /** As `npm run alarm` does beside the server. */
    const note = async (event: unknown) => {
      const settings = readSettings({ BALLAST_DATA_DIR: join(stage.server.directory, '.ballast') }, '/');
      expect(await noteAlarm(event, settings, {})).toBe(true);
    };

    it.each(LOOKS)('shows which alarms are on, by itself, with what to do (%s)', async (look, options) => {
      const { page, complaints, looksRight } = await openPage(stage, options);
      await page.clock.install();
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Alarms' }).click();
      const on = page.getByRole('region', { name: 'On now' });
      await on.getByText('There is no CloudWatch on this machine').waitFor();
      expect(await on.locator('pre').textContent()).toBe('npm run alarm -- circuit-open ALARM');
      await looksRight(`alarms-none-${look}`);

      const since = Date.now();
      await note(alarmEvent('circuit-open', 'ALARM', since));
      await page.clock.fastForward(15_000);
      const trial = on.getByRole('listitem').filter({ hasText: 'ballast-local-circuit-open' });
      await trial.getByText(RUNBOOK['circuit-open']?.means.replaceAll('`', '') ?? 'none').waitFor();
      await trial.getByText("look at the provider's status page").waitFor();
      expect(await trial.locator('pre').textContent()).toBe('npx ballast circuits');
      const time = trial.getByRole('time');
      expect(await time.getAttribute('datetime')).toBe(new Date(since).toISOString());
      // As CloudWatch tells it of a stage.
      await note(snsEvent(notification({ name: 'ballast-dev-errors' })));
      await page.clock.fastForward(15_000);
      const real = on.getByRole('listitem').filter({ hasText: 'ballast-dev-errors' });
      await real.getByText('Value: 7 %. Threshold: at least 5 %.').waitFor();
      const command = 'npx ballast logs "request failed" --by code --stage dev --region eu-central-1';
      expect(await real.getByLabel('To look at ballast-dev-errors').textContent()).toBe(command);
      expect(await on.getByRole('listitem').first().textContent()).toContain('ballast-dev-errors');
      await on.getByRole('status').getByText('2 on').waitFor();
      await looksRight(`alarms-on-${look}`);

      await real.getByRole('link', { name: 'ballast-dev-errors' }).click();
      const errors = page.locator('details[open]').filter({ hasText: 'docs/alarms.md#errors' });
      await errors.waitFor();
      await note(snsEvent(notification({ name: 'ballast-dev-errors', from: 'ALARM', to: 'OK' })));
      await note(alarmEvent('circuit-open', 'OK', Date.now()));
      await page.clock.fastForward(15_000);
      await on.getByText('There is no CloudWatch on this machine').waitFor();
      expect(complaints).toEqual([]);
    });

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
      const looks = alarms.getByLabel('To look at circuit-open', { exact: true });
      expect(await looks.textContent()).toBe('npx ballast circuits');
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
        .getByText(/^npx ballast tenants set [\w-]+ dailyBudgetUsd=10$/)
        .waitFor();
      await line('The prices are fresh').getByText('done').waitFor();
      await looksRight('set-up');
      expect(complaints).toEqual([]);
    });

    it('counts each tenant that has no budget, however many there are', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      const { tenants } = (await (
        await stage.server.ask('/admin/tenants', { headers: { 'x-api-key': ADMIN } })
      ).json()) as { tenants: { status: string; dailyBudgetUsd: string | null; monthlyBudgetUsd: string | null }[] };
      const without = tenants.filter(
        (each) => each.status === 'active' && each.dailyBudgetUsd === null && each.monthlyBudgetUsd === null,
      );
      // As if an answer held one tenant, where it holds a thousand.
      await page.route(/\/admin\/tenants\?/, (route) => {
        const url = new URL(route.request().url());
        url.searchParams.set('limit', '1');
        return route.continue({ url: url.href });
      });
      await page.getByRole('link', { name: 'Set-up' }).click();
      const line = page.getByRole('listitem').filter({ hasText: 'Each tenant has a budget' });
      const says = (await line.getByText('Without a budget:').textContent()) ?? '';
      const [, names = '', more = '0'] = /^Without a budget: ([^.]*?)(?: and (\d+) more)?\./.exec(says) ?? [];
      expect(names.split(', ').length + Number(more)).toBe(without.length);
      expect(complaints).toEqual([]);
    });
  });
