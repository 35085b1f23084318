import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { ROOT } from '../made-once.ts';
import { openPage, PICTURES, signIn, type Stage } from './browser.ts';
import { palettePng } from './palette-png.ts';

const ADMIN = 'ballast-dev-admin-key';
const isAsked = process.env['SCREENSHOTS'] === PICTURES;

/** The pictures of the docs, taken anew where that is asked for: each differs from the one before in its times and ids. */
export const picturesOfTheConsole = (stage: Stage) =>
  describe.skipIf(!isAsked)(`the pictures of the docs (taken with SCREENSHOTS=${PICTURES})`, () => {
    const send = async (method: string, path: string, body: object, key: string) => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const answer = await stage.server.ask(path, { method, headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, unknown>;
    };
    const opened = async (colorScheme: 'light' | 'dark', key: string, height: number, width = 1_000) => {
      const { page } = await openPage(stage, { viewport: { width, height }, colorScheme });
      await signIn(page, stage, key);
      const take = async (name: string) =>
        writeFileSync(join(ROOT, PICTURES, `${name}.png`), palettePng(await page.screenshot()));
      return { page, take };
    };

    it('are of a question, a run, money and what is left to set up', async () => {
      mkdirSync(join(ROOT, PICTURES), { recursive: true });
      await send('PUT', '/admin/tenants/acme', { name: 'Acme', dailyBudgetUsd: '0.02', monthlyBudgetUsd: '1' }, ADMIN);
      const key = String(
        (await send('POST', '/admin/tenants/acme/keys', { name: 'shop', dailyBudgetUsd: '0.015' }, ADMIN))['key'],
      );
      for (const complexity of ['simple', 'standard', 'complex'])
        for (const task of ['What is 17 * 23?', 'What time is it in Tokyo, and what is 6 * 7?'])
          await send('POST', '/agent/run', { task, complexity, userId: 'ada' }, key);

      const asked = await opened('light', key, 1_046);
      await asked.page.getByLabel('Task').press('Control+Enter');
      await asked.page.getByText('end_turn').waitFor();
      await asked.page.locator('details.tool summary').first().click();
      await asked.page.getByText('"expression"').waitFor();
      await asked.take('try');

      const { runId } = await send('POST', '/agent/run', { task: '[[fault:529 times=2]] What is 17 * 23?' }, key);
      const run = await opened('dark', key, 714, 1_140);
      await run.page.evaluate(`location.hash = '/runs/${String(runId)}'`);
      const steps = run.page.getByRole('region', { name: 'Steps' });
      await steps.locator('.fall summary').first().click();
      await steps.getByRole('region', { name: 'Attempts' }).waitFor();
      await run.take('run');

      const money = await opened('light', key, 972, 1_120);
      await money.page.getByRole('link', { name: 'Money' }).click();
      await money.page.getByRole('row', { name: /^shop/ }).waitFor();
      await money.page.getByRole('combobox', { name: 'By' }).selectOption('model');
      await money.page.getByRole('cell', { name: 'claude-opus-5-5' }).waitFor();
      await money.page.locator('[data-field=estimated]', { hasText: '%' }).first().waitFor();
      await money.take('money');

      const setUp = await opened('dark', ADMIN, 786, 1_180);
      await setUp.page.getByRole('link', { name: 'Set-up' }).click();
      await setUp.page.getByRole('listitem').first().waitFor();
      await setUp.take('set-up');
    });
  });
