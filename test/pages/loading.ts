import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage, signIn, type Stage } from './browser.ts';

const KEY = 'ballast-dev-key';

/** Holds each request of this address back until it is let through. */
const heldBack = async (page: Page, address: RegExp): Promise<{ readonly waiting: Route[] }> => {
  const waiting: Route[] = [];
  await page.route(address, (route) => void waiting.push(route));
  return { waiting };
};

export const loadingInTheConsole = (stage: Stage) =>
  describe('what the console has not read', () => {
    it('is waited for, however long it takes: a tick asks only where nothing is asked', async () => {
      await stage.server.run({ task: 'Hello' });
      const { page, complaints } = await openPage(stage);
      await page.clock.install();
      await signIn(page, stage, KEY);
      const { waiting } = await heldBack(page, /\/agent\/runs\?/);
      await page.getByRole('link', { name: 'Runs', exact: true }).click();
      await expect.poll(() => waiting.length).toBe(1);
      await page.clock.runFor(20_000);
      expect(waiting.length).toBe(1);
      await waiting[0]?.continue();
      await page.getByRole('link', { name: /^run_/ }).first().waitFor();
      await page.clock.runFor(2_000);
      await expect.poll(() => waiting.length).toBe(2);
      // What does not come in a minute, as after a sleep of the machine, is given up.
      await page.clock.runFor(70_000);
      await expect.poll(() => waiting.length).toBe(3);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      expect(complaints).toEqual([]);
    });

    it('is asked once more when events came meanwhile, and not at each of them', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, KEY);
      const { waiting } = await heldBack(page, /\/agent\/runs\/run_\w+\?include=usage/);
      const body = JSON.stringify({ task: 'What is 17 * 23?' });
      const headers = { 'content-type': 'application/json' };
      const submitted = await stage.server.ask('/agent/runs', { method: 'POST', headers, body });
      const { runId } = (await submitted.json()) as { runId: string };
      await page.evaluate(`location.hash = '/runs/${runId}'`);
      await page.waitForResponse((answer) => answer.url().includes(`${runId}/events`));
      const ended = async () =>
        ((await (await stage.server.ask(`/agent/runs/${runId}`)).json()) as { status: string }).status;
      await expect.poll(ended, { timeout: 60_000 }).toBe('succeeded');
      await expect.poll(() => waiting.length).toBe(1);
      await waiting[0]?.continue();
      await page.getByText('run.succeeded').waitFor();
      await expect.poll(() => waiting.length).toBe(2);
      await waiting[1]?.continue();
      await page.locator('[data-field=status]', { hasText: 'succeeded' }).waitFor();
      expect(complaints).toEqual([]);
    });
  });
