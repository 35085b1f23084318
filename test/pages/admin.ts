import { beforeAll, describe, expect, it } from 'vitest';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';

export const administrationInTheConsole = (stage: Stage) =>
  describe('administration in the console', () => {
    beforeAll(async () => void (await stage.server.run({ task: 'What is 17 * 23?' })));

    const asAdmin = async (path: string) =>
      (await (await stage.server.ask(path, { headers: { 'x-api-key': ADMIN } })).json()) as Record<string, unknown>;

    it('shows spend that equals the ledger, and as CSV', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, 'ballast-dev-key');
      await page.getByRole('link', { name: 'Money' }).click();
      const { day } = (await (await stage.server.ask('/usage/budget')).json()) as { day: { spentUsd: string } };
      expect(day.spentUsd).toMatch(/^0\.0\d+$/);
      const today = page.locator('[data-period=day]');
      expect(await today.locator('[data-field=spent]').textContent()).toBe(`$${day.spentUsd}`);
      expect(await page.locator('[data-row=totals] td').last().textContent()).toBe(`$${day.spentUsd}`);
      await page.getByRole('combobox', { name: 'By' }).selectOption('model');
      await page.getByRole('cell', { name: 'claude-sonnet-5-5' }).waitFor();
      await looksRight('money');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download CSV' }).click(),
      ]);
      const stream = await download.createReadStream();
      expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toMatch(/,claude-sonnet-5-5,\d+,/);
      expect(complaints).toEqual([]);
    });

    it.each([
      [1280, 1],
      [390, 4],
    ])('has its parts and the button to leave in few rows at %d pixels', async (width, rows) => {
      const { page, looksRight } = await openPage(stage, { viewport: { width, height: 860 } });
      await signIn(page, stage, ADMIN);
      const links = await page.getByRole('navigation', { name: 'Parts' }).getByRole('link').all();
      const tops = await Promise.all(links.map(async (link) => (await link.boundingBox())?.y));
      expect(tops).toHaveLength(11);
      expect(new Set(tops).size).toBeLessThanOrEqual(rows);
      const middleOf = async (name: string, role: 'link' | 'button') => {
        const box = await page.getByRole(role, { name, exact: true }).boundingBox();
        return (box?.y ?? 0) + (box?.height ?? 0) / 2;
      };
      expect(Math.abs((await middleOf('API', 'link')) - (await middleOf('Sign out', 'button')))).toBeLessThan(6);
      await page.getByRole('link', { name: 'Money' }).click();
      expect(await page.getByLabel('Whose').inputValue()).toBe('all');
      await looksRight(`money-admin-${width}`);
    });

    it('changes what was changed of a tenant alone, and shows it first', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Tenants' }).click();
      await page.getByRole('link', { name: 'demo' }).click();
      expect(await page.getByLabel('Checks that only log, with commas').inputValue()).toBe('');
      await page.getByLabel('Budget of a day, in $').fill('5.00');
      await page.getByRole('button', { name: 'Save…' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.locator('pre').textContent()).toBe(
        'PATCH /admin/tenants/demo\n{\n  "dailyBudgetUsd": "5.00"\n}',
      );
      await looksRight('change');
      expect((await asAdmin('/admin/tenants/demo'))['dailyBudgetUsd']).toBeNull();
      await dialog.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('meter').first().waitFor();
      expect((await asAdmin('/admin/tenants/demo'))['dailyBudgetUsd']).toBe('5');
      await looksRight('tenant');
      await page.getByRole('link', { name: 'Audit' }).click();
      const entry = page.getByRole('row', { name: /tenant\.patched.*demo/ }).first();
      await entry.getByText('dailyBudgetUsd').waitFor();
      await entry.locator('.to', { hasText: '5' }).waitFor();
      expect(await entry.locator('.from').count()).toBe(0);
      await looksRight('audit');
      expect(complaints).toEqual([]);
    });

    it('makes a key that works, shows it once, and revokes it', async () => {
      const { page, complaints, kept, addresses } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Tenants' }).click();
      await page.getByRole('link', { name: 'demo' }).click();
      await page.getByLabel('Name of the new key').fill('from the console');
      await page.getByRole('button', { name: 'Make a key…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Make' }).click();
      const key = (await page.locator('[data-field=key]').textContent()) ?? '';
      const asked = () => stage.server.ask('/agents', { headers: { 'x-api-key': key } });
      expect((await asked()).status).toBe(200);
      await page.getByRole('button', { name: 'Done' }).click();
      expect(await page.content()).not.toContain(key);
      const row = page.getByRole('row', { name: 'from the console' });
      await row.getByRole('button', { name: 'Revoke' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await row.waitFor({ state: 'detached' });
      expect((await asked()).status).toBe(401);
      expect([await kept(), ...addresses].join()).not.toMatch(new RegExp(`${key}|${ADMIN}`));
      expect(complaints).toEqual([]);
    });

    it('isolates a circuit, so that its calls are refused, and closes it', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Circuits' }).click();
      const row = page.getByRole('row', { name: 'anthropic/claude-opus-5-5' });
      await row.getByRole('button', { name: 'Isolate' }).click();
      await page.getByText('PUT /admin/circuits/anthropic/claude-opus-5-5').waitFor();
      await page
        .getByRole('dialog')
        .getByLabel(/^Reason/)
        .fill('It answers too slowly.');
      await page.getByRole('dialog').getByRole('button', { name: 'Isolate' }).click();
      await row.getByText('isolated').waitFor();
      await row.getByText(/by \S+\s*: It answers too slowly\./).waitFor();
      const message = () =>
        stage.server.ask('/v1/messages', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            model: 'claude-opus-5-5',
            max_tokens: 16,
            messages: [{ role: 'user', content: 'Hello' }],
          }),
        });
      await expect.poll(async () => (await message()).status).toBe(503);
      await looksRight('circuits');
      await row.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await row.getByText('closed').waitFor();
      await expect.poll(async () => (await message()).status).toBe(200);
      expect(complaints).toEqual([]);
    });

    it.each(LOOKS)('shows what rests, and ends it (%s)', async (look, options) => {
      const rest = async () => {
        const task = '[[fault:429 retry-after=90 model=claude-opus-5-5]] hello';
        expect((await stage.server.run({ task, complexity: 'complex' })).status).toBe(200);
      };
      await rest();
      const { page, complaints, looksRight } = await openPage(stage, options);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Circuits' }).click();
      const rests = page.getByRole('region', { name: 'Rests' }).first();
      const row = rests.getByRole('row', { name: /claude-opus-5-5/ });
      await row.waitFor();
      await looksRight(`rests-${look}`);
      const { rests: known } = (await asAdmin('/admin/rests')) as { rests: { name: string }[] };
      await row.getByRole('button', { name: 'End' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.locator('pre').textContent()).toBe(`DELETE /admin/rests/${known[0]?.name ?? ''}`);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(await asAdmin('/admin/rests')).toMatchObject({ rests: [{ name: known[0]?.name }] });
      await row.getByRole('button', { name: 'End' }).click();
      await dialog.getByRole('button', { name: 'End the rest' }).click();
      await rests.getByText('The provider limits nothing now.').waitFor();
      expect(await asAdmin('/admin/rests')).toEqual({ rests: [] });
      expect(complaints).toEqual([]);
    });

    it('offers a key what it may see, and nothing else', async () => {
      const made = await stage.server.ask('/admin/tenants/demo/keys', {
        method: 'POST',
        headers: { 'x-api-key': ADMIN, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'reader', scopes: ['usage:read'] }),
      });
      const { key } = (await made.json()) as { key: string };
      const { page, complaints, looksRight } = await openPage(stage, {
        viewport: { width: 420, height: 800 },
      });
      await signIn(page, stage, key);
      expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['Gateway', 'Money']);
      await page.getByRole('link', { name: 'Money' }).click();
      await page.locator('[data-field=spent]').first().waitFor();
      await looksRight('money-narrow');
      expect(complaints).toEqual([]);
    });
  });
