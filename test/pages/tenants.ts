import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { tenantIn } from './books.ts';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';
const LONG = 'Gesellschaft mit beschränkter Haftung, Zweigniederlassung Osnabrück';

/** What a browser says of a refusal that the test provokes. */
const refused = (text: string) => /status of (?:402|404|412)/.test(text);

export const tenantsInTheConsole = (stage: Stage) =>
  describe('tenants in the console', () => {
    const send = async (method: string, path: string, body?: object, key = ADMIN) => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const answer = await stage.server.ask(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return (await answer.json()) as Record<string, unknown>;
    };
    /** The bodies and preconditions of each PATCH that the page sends. */
    const patchesOf = (page: Page) => {
      const sent: { body: unknown; ifMatch: string | undefined }[] = [];
      page.on('request', (request) => {
        if (request.method() === 'PATCH')
          sent.push({ body: request.postDataJSON() as unknown, ifMatch: request.headers()['if-match'] });
      });
      return sent;
    };

    it('are created, and one that is there is not replaced', async () => {
      const { page, complaints } = await openPage(stage, {}, refused);
      await signIn(page, stage, ADMIN);
      const create = async () => {
        await page.getByRole('link', { name: 'Tenants' }).click();
        await page.getByLabel('Id of a new tenant').fill('made-here');
        await page.getByRole('button', { name: 'Create…' }).click();
        await page.getByText('PUT /admin/tenants/made-here').waitFor();
        await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
        await page.getByRole('form', { name: 'Settings' }).waitFor();
      };
      await create();
      await page.getByText('This tenant has no key. Make one below, or by this command.').waitFor();
      await send('PATCH', '/admin/tenants/made-here', { name: 'Named since' });
      await create();
      expect(await send('GET', '/admin/tenants/made-here')).toMatchObject({ name: 'Named since' });
      expect(complaints).toEqual([]);
    });

    it.each(LOOKS)(
      'say that somebody else was faster, what they changed, and keep what was typed (%s)',
      async (look, options) => {
        const tenantId = `raced-${look.replaceAll(' ', '-')}`;
        await send('PUT', `/admin/tenants/${tenantId}`, { requestsPerMinute: 60 });
        const { page, complaints, looksRight } = await openPage(stage, options, refused);
        const patches = patchesOf(page);
        await signIn(page, stage, ADMIN);
        await page.evaluate(`location.hash = '/tenants/${tenantId}'`);
        await page.getByLabel('Budget of a day, in $').fill('5');
        await send('PATCH', `/admin/tenants/${tenantId}`, { requestsPerMinute: 90 });
        await page.getByRole('button', { name: 'Save…' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Change' }).click();
        await dialog.getByText('It was changed since it was read').waitFor();
        await dialog.getByText('send your change again if it still fits').waitFor();
        const meanwhile = dialog.locator('[data-field=meanwhile]');
        await meanwhile.locator('.to', { hasText: '90' }).waitFor();
        expect(await meanwhile.locator('.from').textContent()).toContain('60');
        await looksRight(`raced-${look}`);
        expect(await send('GET', `/admin/tenants/${tenantId}`)).toMatchObject({ dailyBudgetUsd: null });

        await dialog.getByRole('button', { name: 'Change' }).click();
        await dialog.waitFor({ state: 'detached' });
        expect(await send('GET', `/admin/tenants/${tenantId}`)).toMatchObject({
          dailyBudgetUsd: '5',
          requestsPerMinute: 90,
        });
        expect(patches.map(({ body }) => body)).toEqual([{ dailyBudgetUsd: '5' }, { dailyBudgetUsd: '5' }]);
        const [stale, fresh] = patches.map(({ ifMatch }) => ifMatch);
        expect(stale).toMatch(/^"/);
        expect(fresh).not.toBe(stale);
        await page.getByRole('button', { name: 'Save…' }).and(page.locator(':disabled')).waitFor();
        expect(complaints).toEqual([]);
      },
    );

    it('have their runs cancelled and their cache invalidated, each after it was shown', async () => {
      const key = await tenantIn(stage, 'busy');
      const { runId } = await send('POST', '/agent/runs', { task: 'Count. [[count:400]] [[over:60000]]' }, key);
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, ADMIN);
      await page.evaluate("location.hash = '/tenants/busy'");
      const deed = async (opens: string, path: string, does: string) => {
        await page.getByRole('button', { name: opens }).click();
        const dialog = page.getByRole('dialog');
        expect(await dialog.locator('pre').textContent()).toBe(`POST ${path}`);
        await dialog.getByRole('button', { name: does }).click();
        await dialog.waitFor({ state: 'detached' });
      };
      await deed('Invalidate the cache…', '/admin/tenants/busy/cache/invalidate', 'Invalidate');
      await deed('Cancel all runs…', '/admin/tenants/busy/runs/cancel', 'Cancel the runs');
      const stands = async () => (await send('GET', `/agent/runs/${String(runId)}`, undefined, key))['status'];
      await expect.poll(stands).toBe('cancelled');
      const { entries } = await send('GET', '/admin/audit?limit=10');
      const actions = (entries as { action: string; target: string }[]).filter(({ target }) => target === 'busy');
      expect(actions.map(({ action }) => action)).toEqual(
        expect.arrayContaining(['cache.invalidated', 'runs.cancelled']),
      );
      expect(complaints).toEqual([]);
    });

    it.each(LOOKS)('of any name leave what is beside it in view (%s)', async (look, options) => {
      const tenantId = `a-tenant-with-a-long-id-for-a-subsidiary-${look.replaceAll(' ', '-')}`;
      const named = `${LONG}, ${LONG}`.slice(0, 128);
      await send('PUT', `/admin/tenants/${tenantId}`, { name: named });
      const scopes = ['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read', 'admin'];
      const { key } = await send('POST', `/admin/tenants/${tenantId}/keys`, {
        name: named,
        scopes,
        dailyBudgetUsd: '0.5',
      });
      const about = { userId: `${'somebody'.repeat(8)}@example.com`, sessionId: `chat:${'0b9f3c1e-'.repeat(8)}` };
      await send('POST', '/agent/run', { task: 'What is 17 * 23?', ...about }, String(key));
      const { page, complaints, looksRight } = await openPage(stage, options);
      await signIn(page, stage, String(key));
      const parts = await page.getByRole('navigation', { name: 'Parts' }).getByRole('link').all();
      const tops = await Promise.all(parts.map(async (part) => (await part.boundingBox())?.y));
      if (look === 'light') expect(new Set(tops).size).toBe(1);
      for (const [place, whole] of [
        ['runs', 'chat:'],
        ['money', 'Budgets of keys'],
        [`tenants/${tenantId}`, 'Revoke'],
        ['tenants', tenantId],
        ['audit', 'key.created'],
      ] as const) {
        await page.evaluate(`location.hash = '/${place}'`);
        if (place === 'money') await page.locator('select[name=whose]').selectOption('own');
        await page.getByRole('main').getByText(whole).first().waitFor();
        await looksRight(`long-${place.split('/').length}-${place.split('/')[0]}-${look}`);
        if (look !== 'light') continue;
        const cut: unknown = await page.evaluate(`[...document.querySelectorAll('.scroll')]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map((each) => each.ariaLabel)`);
        expect(cut, place).toEqual([]);
      }
      expect(complaints).toEqual([]);
    });

    it('that are not there are said to be so once, with what to do', async () => {
      const { page, looksRight } = await openPage(stage, {}, refused);
      await signIn(page, stage, ADMIN);
      await page.evaluate("location.hash = '/tenants/nobody'");
      await page.getByText('There is no tenant of this id.').waitFor();
      await page.getByText('Check the id.').waitFor();
      expect(await page.getByRole('alert').count()).toBe(1);
      await looksRight('no-tenant');
    });

    it('whose budget is spent read what to do about it', async () => {
      const key = await tenantIn(stage, 'spent');
      await send('PATCH', '/admin/tenants/spent', { dailyBudgetUsd: '0.000001' });
      const { page, complaints, looksRight } = await openPage(stage, {}, refused);
      await signIn(page, stage, key);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('402 budget-exceeded').waitFor();
      await alert.getByText('An administrator raises a limit under Tenants').waitFor();
      await alert.getByRole('link', { name: /^req_/ }).waitFor();
      await looksRight('refused');
      expect(complaints).toEqual([]);
    });
  });
