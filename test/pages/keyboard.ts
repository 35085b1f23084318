import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage, type Stage } from './browser.ts';

const REFUND = '[[tool:issue_refund {"orderId": "K-1", "amountUsd": "12.50"}]]';
/** More stops than any page has before what is wanted. */
const MOST_STOPS = 120;

/** Goes on by Tab until this has the focus, which must be seen. */
const tabTo = async (page: Page, wanted: Locator): Promise<void> => {
  await wanted.first().waitFor();
  const handle = await wanted.first().elementHandle();
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    if (
      await page.evaluate(
        (element) => element === (globalThis as { document?: { activeElement: unknown } }).document?.activeElement,
        handle,
      )
    ) {
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      expect(outline, 'the focus is seen').not.toBe('none');
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never comes to ${wanted.toString()}`);
};

const press = async (page: Page, wanted: Locator): Promise<void> => {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
};

const enter = async (page: Page, key: string, stage: Stage): Promise<void> => {
  await page.goto(`${stage.server.url}/console`);
  // It has the focus by itself.
  await page.locator('input[name=key]:focus').waitFor();
  await page.keyboard.type(key);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Parts' }).waitFor();
};

export const keyboardInTheConsole = (stage: Stage) =>
  describe('by the keyboard alone', () => {
    it('a person signs in, asks, opens the run, and approves a call', async () => {
      const { page, complaints } = await openPage(stage);
      await enter(page, 'ballast-dev-key', stage);
      await tabTo(page, page.getByLabel('Task'));
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('What is 17 * 23?');
      await page.keyboard.press('Control+Enter');
      await page.getByText('calculate says: 391').waitFor();
      await press(page, page.locator('details.tool summary'));
      await page.locator('details.tool pre', { hasText: '17 * 23' }).first().waitFor();
      await press(page, page.getByRole('link', { name: /^run_/ }));
      await page.getByRole('region', { name: 'Steps' }).waitFor();
      await press(page, page.locator('.fall summary').first());
      await page.getByRole('region', { name: 'Attempts' }).waitFor();

      await press(page, page.getByRole('link', { name: 'Skip to the content' }));
      await press(page, page.getByRole('link', { name: 'Try', exact: true }));
      await page.getByRole('option', { name: 'clerk' }).waitFor({ state: 'attached' });
      await tabTo(page, page.getByLabel('Task'));
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(REFUND);
      await tabTo(page, page.locator('select[name=agent]'));
      await page.keyboard.type('clerk');
      await press(page, page.getByRole('button', { name: 'Submit' }));
      await page.getByText('waits for you').waitFor();
      await press(page, page.getByRole('button', { name: 'Approve' }));
      await page.locator('[data-field=status]', { hasText: 'succeeded' }).waitFor();
      expect(complaints).toEqual([]);
    });

    it('an administrator makes a key and revokes it, and Escape changes nothing', async () => {
      const { page, complaints } = await openPage(stage);
      await enter(page, 'ballast-dev-admin-key', stage);
      await press(page, page.getByRole('link', { name: 'Tenants' }));
      await press(page, page.getByRole('link', { name: 'demo', exact: true }));
      await tabTo(page, page.getByLabel('Name of the new key'));
      await page.keyboard.type('by keyboard');
      await page.keyboard.press('Enter');
      await press(page, page.getByRole('dialog').getByRole('button', { name: 'Make' }));
      await press(page, page.getByRole('button', { name: 'Done' }));
      const row = page
        .getByRole('row', { name: 'by keyboard' })
        .filter({ has: page.getByRole('button', { name: 'Revoke' }) });
      await press(page, row.getByRole('button', { name: 'Revoke' }));
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await press(page, row.getByRole('button', { name: 'Revoke' }));
      await press(page, page.getByRole('dialog').getByRole('button', { name: 'Revoke' }));
      await row.waitFor({ state: 'detached' });
      expect(complaints).toEqual([]);
    });
  });
