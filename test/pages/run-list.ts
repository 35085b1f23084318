import { beforeAll, describe, expect, it } from 'vitest';
import { formatUsd, parseUsd, sum } from '../../lib/kernel/money.ts';
import type { Trace } from '../../pages/api/types.ts';
import { milliseconds } from '../../pages/ui/milliseconds.ts';
import { tenantIn } from './books.ts';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const PAGE = 25;
const DAY_MS = 86_400_000;

interface Asked {
  readonly runId: string;
  readonly agent: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly status: string;
}

export const runListInTheConsole = (stage: Stage) =>
  describe('the list of runs in the console', () => {
    const asked: Asked[] = [];
    let key = '';
    const send = async (path: string, body?: object) => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await stage.server.ask(path, init)).json()) as Record<string, unknown>;
    };

    beforeAll(async () => {
      key = await tenantIn(stage, 'listed');
      for (let nth = 0; nth < PAGE + 5; nth += 1) {
        const agent = nth % 5 === 0 ? 'researcher' : 'assistant';
        const userId = nth % 3 === 0 ? 'ada' : 'bob.example.com';
        // A session is of one agent and one end user.
        const about = { agent, userId, sessionId: `${agent}:${userId}` };
        const fails = nth % 10 === 7;
        const { runId } = await send('/agent/run', { task: fails ? '[[fault:400]]' : 'Hello', ...about });
        expect(runId).toMatch(/^run_/);
        asked.unshift({ runId: String(runId), ...about, status: fails ? 'failed' : 'succeeded' });
      }
    });

    it.each(LOOKS)('is filtered by status, agent, user, session and time, page by page (%s)', async (look, options) => {
      const { page, complaints, looksRight } = await openPage(stage, options);
      await signIn(page, stage, key);
      await page.getByRole('link', { name: 'Runs', exact: true }).click();
      const shown = () => page.getByRole('region', { name: 'Runs' }).locator('td.whole a').allTextContents();
      const idsOf = (of: (run: Asked) => boolean) => asked.filter(of).map(({ runId }) => runId);
      const all = idsOf(() => true);
      await expect.poll(shown).toEqual(all.slice(0, PAGE));
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByRole('status').getByText('Page 2').waitFor();
      await expect.poll(shown).toEqual(all.slice(PAGE));
      await page.getByRole('button', { name: 'Newer' }).click();
      await expect.poll(shown).toEqual(all.slice(0, PAGE));

      const enter = async (label: string, value: string) => {
        await page.getByLabel(label).fill(value);
        await page.getByLabel(label).blur();
      };
      // The list is live: what is typed stays while it is drawn anew.
      await page.getByLabel('User').pressSequentially('ad');
      for (let times = 0; times < 2; times += 1)
        await page.waitForResponse((answer) => answer.url().includes('/agent/runs?'));
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      expect(await page.getByLabel('User').inputValue()).toBe('ad');
      await enter('User', '');
      const clear = () => page.getByRole('button', { name: 'Clear' }).click();
      await page.getByLabel('Status').selectOption('failed');
      await expect.poll(shown).toEqual(idsOf(({ status }) => status === 'failed'));
      await enter('User', 'ada');
      await expect.poll(shown).toEqual(idsOf(({ status, userId }) => status === 'failed' && userId === 'ada'));
      await looksRight(`runs-filtered-${look}`);
      await clear();
      await enter('Agent', 'researcher');
      await expect.poll(shown).toEqual(idsOf(({ agent }) => agent === 'researcher'));
      await clear();
      await enter('Session', 'assistant:ada');
      await expect.poll(shown).toEqual(idsOf(({ sessionId }) => sessionId === 'assistant:ada'));
      await clear();
      const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
      await enter('To (UTC)', dayIn(-2));
      await page.getByText('No run fits these filters.').waitFor();
      await enter('To (UTC)', dayIn(1));
      await enter('From (UTC)', dayIn(-1));
      await expect.poll(shown).toEqual(all.slice(0, PAGE));
      await enter('From (UTC)', dayIn(1));
      await page.getByText('No run fits these filters.').waitFor();
      expect(complaints).toEqual([]);
    });

    it('leads to a run, whose steps show each attempt as its trace and its bill have it', async () => {
      const tasks = [
        '[[fault:529 times=2 id=listed]] What is 17 * 23?',
        '[[fault:500 model=claude-sonnet-5-5]] What is 6 * 7?',
      ];
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, key);
      for (const task of tasks) {
        const { runId, usage } = await send('/agent/run', { task, userId: 'cleo' });
        const { steps } = (await send(`/agent/runs/${String(runId)}/trace`)) as unknown as Trace;
        await page.evaluate(`location.hash = '/runs/${String(runId)}'`);
        await page.locator('.fall summary').first().waitFor();
        for (const summary of await page.locator('.fall summary').all()) await summary.click();
        const attempts = steps.flatMap(({ attemptDetails = [] }) => attemptDetails);
        expect(attempts.length).toBeGreaterThan(2);
        expect(attempts.some(({ retry }) => retry !== undefined)).toBe(true);
        const cells: unknown = await page.evaluate(
          `[...document.querySelectorAll('[aria-label=Attempts] tbody tr')].map(({ children }) =>
            [...children].map((cell) => cell.textContent.trim()))`,
        );
        const wanted = attempts.map((each) => [
          each.model,
          each.error?.code ?? each.status,
          each.retry?.reason ?? '–',
          each.retry === undefined ? '–' : milliseconds(each.retry.delayMs),
          each.firstContentMs === null ? '–' : milliseconds(each.firstContentMs),
          milliseconds(each.durationMs),
          `${each.usage.inputTokens}, ${each.usage.outputTokens}`,
          `$${each.reservedUsd}`,
          `$${each.costUsd}`,
        ]);
        const shownCells = (cells as string[][]).map(([model, , ...rest]) => [model, ...rest.slice(0, 8)]);
        expect(shownCells).toEqual(wanted);
        const bill = formatUsd(sum(attempts.map(({ costUsd }) => parseUsd(costUsd))));
        expect(bill).toBe((usage as { costUsd: string }).costUsd);
        expect(await page.locator('[data-field=cost]').textContent()).toBe(`$${bill}`);
      }
      // The second was answered by its fallback, which is named.
      await page.locator('.fall summary', { hasText: 'claude-haiku-4-5' }).first().waitFor();
      await page.getByText('fallback-model: ').waitFor();
      await page.locator('[data-field=user]').getByRole('link', { name: 'cleo', exact: true }).click();
      await expect.poll(() => page.locator('td.whole a').count()).toBe(tasks.length);
      expect(await page.getByLabel('User').inputValue()).toBe('cleo');
      expect(complaints).toEqual([]);
    });
  });
