import { describe, expect, it } from 'vitest';
import { FULL } from '../sizes.ts';
import { LOOKS, openPage, type Stage } from './browser.ts';

/** One of each form that the page repeats: what there is besides has the same. */
const PARTS = ['nav', 'h1', '#listRuns', '#runAgent', '#schemas', '#schema-Problem'];

/** The page of the API is read without a key. */
export const docsOfTheApi = (stage: Stage) =>
  describe('the page of the API', () => {
    it('describes each operation, without a key', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await page.goto(`${stage.server.url}/docs#listRuns`);
      await page.getByRole('heading', { name: 'listRuns' }).waitFor();
      const described = (await (await stage.server.ask('/openapi.json')).json()) as { paths: Record<string, object> };
      const count = Object.values(described.paths).flatMap((item) => Object.keys(item)).length;
      const operations = page.getByRole('heading', { level: 3 }).filter({ has: page.locator('.method') });
      expect(await operations.count()).toBe(count);
      expect(await page.evaluate('scrollY')).toBeGreaterThan(0);
      await page.locator('#listRuns summary').filter({ hasText: '200' }).click();
      const example = await page.getByLabel('Example of Answer 200 of listRuns, application/json').textContent();
      expect(JSON.parse(example ?? '')).toMatchObject({ runs: [{ status: 'succeeded' }, {}], nextCursor: null });
      await page.getByRole('navigation').getByRole('link', { name: 'Errors' }).click();
      await page.getByRole('row', { name: 'The budget does not allow this' }).first().waitFor();
      for (const part of PARTS) expect(await page.locator(part).count(), part).toBeGreaterThan(0);
      await looksRight('docs', FULL ? undefined : PARTS);
      expect(complaints).toEqual([]);
    });

    it.each(LOOKS)('finds an operation by words of its path, its id and what it does (%s)', async (look, options) => {
      const { page, complaints, looksRight } = await openPage(stage, options);
      await page.goto(`${stage.server.url}/docs`);
      const find = page.getByLabel('Find an operation');
      const ids = async (): Promise<unknown> =>
        page.evaluate("[...document.querySelectorAll('main section:has(.method)')].map(({ id }) => id)");
      await page.getByRole('heading', { name: 'runAgent' }).waitFor();
      const all = await ids();
      for (const [words, wanted] of [
        ['approvals', ['decideToolCall']],
        ['getTenantBudget', ['getTenantBudget']],
        ['Patch TENANT', ['patchTenant']],
        ['wait for its answer', ['runAgent']],
      ] as const) {
        await find.fill(words);
        await expect.poll(ids).toEqual(wanted);
        expect(await page.getByRole('navigation').locator('a:has(.method)').count()).toBe(wanted.length);
      }
      await page.getByRole('search').getByRole('status').getByText('1 found').waitFor();
      await find.press('Enter');
      expect(new URL(page.url()).hash).toBe('#runAgent');
      // What a body takes stands where it is asked for, with what each field means.
      const body = page.getByRole('region', { name: 'Body of runAgent', exact: true });
      await body.getByRole('row', { name: /maxCostUsd.*limit of the whole run/ }).waitFor();
      expect(await page.locator('main').innerText()).not.toContain('`');
      await looksRight(`docs-found-${look}`);
      await find.fill('no such words');
      await page.getByText('No operation has these words.').waitFor();
      await find.fill('');
      await expect.poll(ids).toEqual(all);
      expect(complaints).toEqual([]);
    });
  });
