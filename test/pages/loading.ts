import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage, signIn, type Stage } from './browser.ts';

const KEY = 'ballast-dev-key';
const ADMIN = 'ballast-dev-admin-key';

const REFUND = '[[tool:issue_refund {"orderId": "A-17", "amountUsd": "12.50"}]]';
const EVENTS = /\/agent\/runs\/run_\w+\/events/;

/** What a browser says of a refusal that the test provokes. */
const refused = (text: string) => /status of (?:401|408|429|503)/.test(text);

const problem = (status: number, code: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: 'Refused', status, code, detail: 'Not now.' }),
});

/** Holds each request of this address back, until all are let through. */
const heldBack = async (page: Page, address: RegExp) => {
  const waiting: Route[] = [];
  await page.route(address, (route) => void waiting.push(route));
  const letThrough = async () => {
    await page.unroute(address);
    // Those that were answered already refuse it.
    for (const route of waiting) await route.continue().catch(() => undefined);
  };
  return { waiting, letThrough };
};

export const loadingInTheConsole = (stage: Stage) =>
  describe('what the console has not read', () => {
    const submit = async (body: object): Promise<string> => {
      const headers = { 'content-type': 'application/json' };
      const answer = await stage.server.ask('/agent/runs', { method: 'POST', headers, body: JSON.stringify(body) });
      return ((await answer.json()) as { runId: string }).runId;
    };

    it('is waited for, however long it takes: a tick asks only where nothing is asked', async () => {
      await stage.server.run({ task: 'Hello' });
      const { page, complaints } = await openPage(stage);
      await page.clock.install();
      await signIn(page, stage, KEY);
      const { waiting, letThrough } = await heldBack(page, /\/agent\/runs\?/);
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
      await letThrough();
      expect(complaints).toEqual([]);
    });

    it('is asked once more when events came meanwhile, and not at each of them', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, KEY);
      const { waiting } = await heldBack(page, /\/agent\/runs\/run_\w+\?include=usage/);
      const runId = await submit({ task: 'What is 17 * 23?' });
      await page.evaluate(`location.hash = '/runs/${runId}'`);
      await page.waitForResponse((answer) => answer.url().includes(`${runId}/events`));
      const ended = async () =>
        ((await (await stage.server.ask(`/agent/runs/${runId}`)).json()) as { status: string }).status;
      await expect.poll(ended).toBe('succeeded');
      await expect.poll(() => waiting.length).toBe(1);
      await waiting[0]?.continue();
      await page.getByText('run.succeeded').waitFor();
      await expect.poll(() => waiting.length).toBe(2);
      await waiting[1]?.continue();
      await page.locator('[data-field=status]', { hasText: 'succeeded' }).waitFor();
      expect(complaints).toEqual([]);
    });

    it('is not said to be nothing: of rests, until they are read and where they cannot be', async () => {
      const { page, complaints } = await openPage(stage, {}, refused);
      await signIn(page, stage, ADMIN);
      const { waiting, letThrough } = await heldBack(page, /\/admin\/rests$/);
      await page.getByRole('link', { name: 'Circuits' }).click();
      const rests = page.getByRole('region', { name: 'Rests' }).first();
      await rests.getByText('Rate limits of the provider').waitFor();
      await expect.poll(() => waiting.length).toBe(1);
      const nothing = rests.getByText('The provider limits nothing now.');
      expect(await nothing.count()).toBe(0);
      await waiting[0]?.fulfill(problem(503, 'store-unavailable'));
      await page.getByRole('alert').getByText('503 store-unavailable').waitFor();
      expect(await nothing.count()).toBe(0);
      await letThrough();
      await nothing.waitFor();
      expect(complaints).toEqual([]);
    });

    it.each([
      [429, 'rate-limited'],
      [408, 'upstream-timeout'],
    ])('is watched on after one answer of %d', async (status, code) => {
      const { page, complaints } = await openPage(stage, {}, refused);
      await signIn(page, stage, KEY);
      await page.route(EVENTS, (route) => route.fulfill(problem(status, code)), { times: 1 });
      const runId = await submit({ task: 'What is 17 * 23?' });
      await page.evaluate(`location.hash = '/runs/${runId}'`);
      const events = page.getByRole('region', { name: 'Events' });
      await events.getByText('run.succeeded').waitFor();
      await events.getByRole('status').getByText('Ended', { exact: true }).waitFor();
      expect(await events.getByRole('alert').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('is not said to have ended where it may not be watched, and its run is read on', async () => {
      const { page, complaints } = await openPage(stage, {}, refused);
      await signIn(page, stage, KEY);
      await page.route(EVENTS, (route) => route.fulfill(problem(401, 'unauthenticated')));
      const runId = await submit({ agent: 'clerk', task: REFUND });
      await page.evaluate(`location.hash = '/runs/${runId}'`);
      const events = page.getByRole('region', { name: 'Events' });
      await events.getByRole('status').getByText('Not watched: refused').waitFor();
      await events.getByRole('alert').getByText('401 unauthenticated').waitFor();
      expect(await events.getByText('Ended').count()).toBe(0);
      await page.getByRole('button', { name: 'Deny' }).waitFor();
      const { approvals } = (await (await stage.server.ask(`/agent/runs/${runId}`)).json()) as {
        approvals: { toolUseId: string }[];
      };
      const decided = await stage.server.ask(`/agent/runs/${runId}/approvals/${approvals[0]?.toolUseId}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ decision: 'deny' }),
      });
      expect(decided.status).toBe(204);
      await page.locator('[data-field=status]', { hasText: 'succeeded' }).waitFor();
      expect(complaints).toEqual([]);
    });
  });
