import { describe, expect, it } from 'vitest';
import { formatUsd, sum } from '../../lib/kernel/money.ts';
import { storesOf } from './books.ts';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const REFUND = '[[tool:issue_refund {"orderId": "A-17", "amountUsd": "12.50"}]]';

export const runsInTheConsole = (stage: Stage) =>
  describe('runs in the console', () => {
    it('are watched live, and a call that waits for a person is edited there', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, 'ballast-dev-key');
      await page.getByRole('option', { name: 'clerk' }).waitFor({ state: 'attached' });
      await page.getByLabel('Agent').selectOption('clerk');
      await page.getByLabel('Task').fill(REFUND);
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.getByText('approval.requested').waitFor();
      await page.getByText('waits for you').waitFor();
      const soFar = page.getByRole('region', { name: 'Steps so far' });
      await soFar.getByRole('row', { name: /model claude-sonnet-5-5 succeeded/ }).waitFor();
      await soFar.getByRole('row', { name: /approval issue_refund awaiting approval/ }).waitFor();
      await soFar.getByText('are stored when the run ends').waitFor();
      // What is settled of it is what the books have of it now.
      const openId = new URL(page.url()).hash.split('/').at(-1) ?? '';
      const stores = await storesOf(stage);
      const booked = await Array.fromAsync(stores.usage.inHour('demo', Date.now(), `${openId}:`));
      stores.close();
      expect(booked.length).toBe(1);
      const cost = formatUsd(sum(booked.map((each) => each.cost)));
      await page.locator('[data-field=cost]', { hasText: `$${cost} so far` }).waitFor();
      expect(await page.locator('[data-field=model]').textContent()).toBe('claude-sonnet-5-5');
      const [{ tokens } = { tokens: null }] = booked;
      expect(await page.locator('[data-field=tokens]').textContent()).toBe(
        `${tokens?.inputTokens}, ${tokens?.outputTokens}`,
      );
      await looksRight('approval');
      await page.getByLabel('Input').fill('{"orderId": "A-17", "amountUsd": "10.00"}');
      await page.getByLabel(/^Reason/).fill('The fee stays.');
      await page.getByRole('button', { name: 'Run with this input' }).click();
      await page.getByText('run.succeeded').waitFor();
      const steps = page.getByRole('region', { name: 'Steps' });
      await steps.locator('summary', { hasText: 'approval' }).click();
      await steps.getByText('decided: edit').waitFor();
      await steps.locator('summary', { hasText: 'tool issue_refund' }).click();
      expect(await steps.getByText('"amountUsd": "10.00"').count()).toBeGreaterThan(0);
      const runId = new URL(page.url()).hash.split('/').at(-1) ?? '';
      const run = (await (await stage.server.ask(`/agent/runs/${runId}`)).json()) as { usage: { costUsd: string } };
      await page.locator('[data-field=cost]', { hasText: run.usage.costUsd }).waitFor();
      await looksRight('run');
      expect(complaints).toEqual([]);
    });

    it('appear in the list by themselves, newest first, and are filtered', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, 'ballast-dev-key');
      await page.getByRole('link', { name: 'Runs' }).click();
      await page.getByRole('status').getByText('Live').waitFor();
      const { runId } = (await (
        await stage.server.run({ task: '[[fault:500 model=claude-sonnet-5-5]] hello', userId: 'ada' })
      ).json()) as {
        runId: string;
      };
      const row = page.getByRole('row', { name: runId });
      await row.waitFor();
      await page.getByLabel('Status').selectOption('cancelled');
      await page.getByText('No run fits these filters.').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await looksRight('runs');
      await row.getByRole('link', { name: runId }).click();
      await page.locator('.fall summary', { hasText: 'claude-haiku-4-5' }).click();
      const attempts = page.getByRole('region', { name: 'Attempts' });
      expect(await attempts.getByRole('row', { name: /server-error.*server-error/ }).count()).toBeGreaterThan(0);
      await looksRight('attempts');
      expect(complaints).toEqual([]);
    });

    it('have the calls of the gateway beside them', async () => {
      const { page, complaints, looksRight } = await openPage(stage);
      await signIn(page, stage, 'ballast-dev-key');
      const asked = await stage.server.ask('/v1/messages', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'claude-haiku-5-5',
          max_tokens: 16,
          metadata: { user_id: 'somebody-with-a-very-long-name@subsidiary.example.com' },
          messages: [{ role: 'user', content: 'Hello' }],
        }),
      });
      expect(asked.status).toBe(200);
      await page.getByRole('link', { name: 'Gateway' }).click();
      const row = page.getByRole('row', { name: /succeeded.*claude-haiku-5-5/ }).first();
      await row.waitFor();
      const { calls } = (await (await stage.server.ask('/usage/calls')).json()) as { calls: { costUsd: string }[] };
      expect(await row.locator('td').last().textContent()).toContain(`$${calls[0]?.costUsd ?? ''}`);
      // No column is cut off where the window is wide.
      const widths: unknown = await page.evaluate(
        `(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector('[aria-label="Gateway calls"]'))`,
      );
      const [inner = 0, outer = 0] = widths as readonly number[];
      expect(outer).toBeGreaterThan(0);
      expect(inner).toBeLessThanOrEqual(outer);
      await looksRight('gateway');
      expect(complaints).toEqual([]);
    });

    it.each(LOOKS)(
      'pause where their limit has no room, say which, and go on with a new one (%s)',
      async (name, look) => {
        const { page, complaints, looksRight } = await openPage(stage, look);
        await signIn(page, stage, 'ballast-dev-key');
        await page.getByLabel('Task').fill('What is 5 + 5?');
        await page.getByLabel('At most, in $').fill('0.0000001');
        await page.getByLabel('Without money').selectOption('pause');
        await looksRight(`try-pause-${name}`);
        await page.getByRole('button', { name: 'Submit' }).click();
        await page.locator('[data-field=status]', { hasText: 'awaiting budget' }).waitFor();
        const limit = page.locator('[data-field=limit]');
        await limit.getByText("What is left of the run's own limit does not cover another model call.").waitFor();
        await limit.getByText('$0.0000001', { exact: true }).waitFor();
        await looksRight(`paused-${name}`);
        await page.getByLabel('New limit of the run, in $').fill('1');
        await page.getByRole('button', { name: 'Resume' }).click();
        await page.locator('[data-field=status]', { hasText: 'succeeded' }).waitFor();
        await page.getByText('calculate says: 10').first().waitFor();
        const steps = page.getByRole('region', { name: 'Steps' });
        await steps.locator('summary', { hasText: 'budget' }).click();
        await steps.getByText('ended by a person').waitFor();
        expect(complaints).toEqual([]);
      },
    );

    it.each(LOOKS)('that are not there are said to be so once (%s)', async (name, look) => {
      const { page, looksRight } = await openPage(stage, look);
      await signIn(page, stage, 'ballast-dev-key');
      await page.evaluate("location.hash = '/runs/run_00000000000000000000000000'");
      await page.getByText('There is no run of this id.').waitFor();
      await looksRight(`no-run-${name}`);
      expect(await page.getByRole('alert').count()).toBe(1);
      expect(await page.getByRole('region', { name: 'Events' }).count()).toBe(0);
    });

    it('are interrupted by a message, and its call is broken off', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, 'ballast-dev-key');
      const submitted = await stage.server.ask('/agent/runs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ task: 'Count. [[count:400]] [[over:60000]]' }),
      });
      const { runId } = (await submitted.json()) as { runId: string };
      await page.evaluate(`location.hash = '/runs/${runId}'`);
      const events = page.getByRole('region', { name: 'Events' });
      await events.getByText('text.delta').first().waitFor();
      await page.getByLabel(/^Message/).fill('Never mind: what is 6 * 7?');
      await page.getByLabel('Interrupt the call in flight').check();
      await page.getByRole('button', { name: 'Send' }).click();
      await events.getByText('message.received').waitFor();
      await expect.poll(() => events.getByText('model.started').count()).toBeGreaterThan(1);
      // The message is the new task, which is answered at once.
      await page.locator('[data-field=status]', { hasText: 'succeeded' }).waitFor();
      const steps = page.getByRole('region', { name: 'Steps' });
      const broken = steps.locator('.fall details', { hasText: 'broken off by a message' }).first();
      await broken.locator('summary').click();
      await broken.getByText('broken off by a message').first().waitFor();
      expect(complaints).toEqual([]);
    });

    it('are told something and cancelled', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, 'ballast-dev-key');
      const submitted = await stage.server.ask('/agent/runs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ agent: 'clerk', task: REFUND }),
      });
      const { runId } = (await submitted.json()) as { runId: string };
      await page.getByRole('link', { name: 'Approvals' }).click();
      await page.getByRole('link', { name: runId }).click();
      await page.getByLabel(/^Message/).fill('Be quick.');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('button', { name: 'Cancel the run' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(`POST /agent/runs/${runId}/cancel`).waitFor();
      await dialog.getByRole('button', { name: 'Cancel the run' }).click();
      await page.getByText('run.cancelled').waitFor();
      await page.locator('[data-field=status]', { hasText: 'cancelled' }).waitFor();
      expect(complaints).toEqual([]);
    });
  });
