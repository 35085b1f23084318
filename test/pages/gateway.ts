import { describe, expect, it } from 'vitest';
import { createUserNames } from '../../lib/end-users/names.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { GATEWAY } from '../../lib/usage/record.ts';
import { systemClock } from '../../local/system-clock.ts';
import { record } from '../usage/records.ts';
import { storesOf, tenantIn } from './books.ts';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const CALLS = 60;

export const gatewayInTheConsole = (stage: Stage) =>
  describe('calls of the gateway in the console', () => {
    /** Of two models and keys; the first two of each ten are of an end user, and each tenth has no answer. */
    const book = async (tenantId: string) => {
      const stores = await storesOf(stage);
      const names = createUserNames({ table: stores.ledger, clock: systemClock, emit: () => undefined });
      await names.note(tenantId, 'ada');
      for (let nth = 10; nth < 10 + CALLS; nth += 1) {
        const runId = `run_${nth}`;
        await stores.usage.add(
          record({
            tenantId,
            runId,
            attemptId: `${runId}:0:1`,
            agent: GATEWAY,
            at: Date.now(),
            keyId: nth % 2 === 0 ? 'key_even' : 'key_odd',
            model: nth % 2 === 0 ? 'claude-opus-5-5' : 'claude-haiku-5-5',
            userId: nth % 10 < 2 ? bookedName(pseudonymOf('ada')) : null,
            answered: nth % 10 !== 9,
          }),
        );
      }
      stores.close();
    };

    it.each(LOOKS)('are filtered by answer, model, key and user, page by page (%s)', async (look, options) => {
      const tenantId = `clients-${look.replaceAll(' ', '-')}`;
      const key = await tenantIn(stage, tenantId);
      const { page, complaints, looksRight } = await openPage(stage, options);
      await signIn(page, stage, key);
      await page.getByRole('link', { name: 'Gateway' }).click();
      await page.getByText('No client has asked the gateway in the last 24 hours.').waitFor();
      expect(await page.locator('pre').textContent()).toContain('/v1/messages');
      await looksRight(`gateway-none-${look}`);

      await book(tenantId);
      const filters = page.getByRole('form', { name: 'Filters' });
      const rows = page.getByRole('region', { name: 'Gateway calls' }).locator('tbody tr');
      const ids = () => rows.locator('td:first-child .id').allTextContents();
      await filters.getByLabel('Model').fill('claude-opus-5-5');
      await filters.getByLabel('Model').blur();
      await expect.poll(() => rows.count()).toBe(25);
      const first = await ids();
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByRole('status').getByText('Page 2').waitFor();
      await expect.poll(() => rows.count()).toBe(5);
      const all = [...first, ...(await ids())].map((id) => Number(/run_(\d+)/.exec(id)?.[1]));
      expect(all).toEqual(Array.from({ length: 30 }, (_, at) => 68 - 2 * at));

      // Another filter begins anew: a cursor is of its own filters.
      await filters.getByLabel('Answer').selectOption('not answered');
      await page.getByText('No call fits these filters.').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await filters.getByLabel('Answer').selectOption('not answered');
      await expect.poll(() => rows.count()).toBe(6);
      expect(await rows.getByText('failed').count()).toBe(6);
      await page.getByRole('button', { name: 'Clear' }).click();
      await rows.getByRole('link', { name: 'ada' }).first().click();
      await expect.poll(() => filters.getByLabel('User').inputValue()).toBe('ada');
      await expect.poll(() => rows.count()).toBe(12);
      await looksRight(`gateway-${look}`);
      await rows.getByRole('link', { name: 'key_odd' }).first().click();
      await expect.poll(() => filters.getByLabel('Key').inputValue()).toBe('key_odd');
      await expect.poll(async () => [await rows.count(), await rows.getByText('key_even').count()]).toEqual([25, 0]);
      expect(complaints).toEqual([]);
    });
  });
