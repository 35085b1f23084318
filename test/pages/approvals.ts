import { beforeAll, describe, expect, it } from 'vitest';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';
/** What an inbox shows at once. */
const PAGE = 20;

interface Waiting {
  readonly runId: string;
  readonly status: string;
  readonly approvals: readonly { readonly toolUseId: string }[];
}

export const approvalsInTheConsole = (stage: Stage) =>
  describe('approvals in the console', () => {
    let key = '';
    const ask = async <T>(path: string, method = 'GET', body?: object, by = key): Promise<T> => {
      const headers = { 'x-api-key': by, 'content-type': 'application/json' };
      const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
      return (await (await stage.server.ask(path, init)).json()) as T;
    };
    const submit = async (orderId: string): Promise<string> => {
      const task = `[[tool:issue_refund {"orderId": "${orderId}", "amountUsd": "12.50"}]]`;
      return (await ask<{ runId: string }>('/agent/runs', 'POST', { agent: 'clerk', task })).runId;
    };
    const runOf = (runId: string) => ask<Waiting>(`/agent/runs/${runId}`);
    const waiting = async (runId: string): Promise<string> => {
      await expect.poll(async () => (await runOf(runId)).approvals.length).toBe(1);
      return (await runOf(runId)).approvals[0]?.toolUseId ?? '';
    };

    // A tenant of its own: what waits in other tests is not in its inbox.
    beforeAll(async () => {
      await ask('/admin/tenants/inbox', 'PUT', {}, ADMIN);
      key = (await ask<{ key: string }>('/admin/tenants/inbox/keys', 'POST', { name: 'desk' }, ADMIN)).key;
    });

    it.each(LOOKS)('two calls of one tool-use id have a form each, and one is denied (%s)', async (name, look) => {
      // The newest is first in the list: the one behind it moves up into its place.
      const [second, first] = [await submit('A-17'), await submit('A-17')];
      expect(await waiting(first)).toBe(await waiting(second));
      const { page, complaints, looksRight } = await openPage(stage, look);
      await signIn(page, stage, key);
      await page.getByRole('link', { name: 'Approvals' }).click();
      const formOf = (runId: string) => page.getByRole('region', { name: /^Approval of/ }).filter({ hasText: runId });
      await formOf(first).getByLabel('Input').fill('{"orderId": "A-17", "amountUsd": "99.00"}');
      await formOf(first)
        .getByLabel(/^Reason/)
        .fill('Not twice.');
      await looksRight(`approvals-${name}`);
      await formOf(first).getByRole('button', { name: 'Deny' }).click();
      await formOf(first).waitFor({ state: 'detached' });
      expect(await formOf(second).getByLabel('Input').inputValue()).toContain('"12.50"');
      expect(
        await formOf(second)
          .getByLabel(/^Reason/)
          .inputValue(),
      ).toBe('');
      await formOf(second).getByRole('button', { name: 'Approve' }).click();
      await page.getByText('Nothing waits for a person.').waitFor();
      const decisions = async () => {
        const { steps } = await ask<{ steps: { kind: string; decision?: string }[] }>(`/agent/runs/${first}/trace`);
        return steps.filter(({ kind }) => kind === 'approval').map(({ decision }) => decision);
      };
      await expect.poll(decisions).toEqual(['deny']);
      expect(complaints).toEqual([]);
    });

    it('more than a page of them are led to, page by page', async () => {
      const runIds = [];
      for (let at = 0; at <= PAGE; at += 1) runIds.push(await submit(`B-${at}`));
      for (const runId of runIds) await waiting(runId);
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, key);
      await page.getByRole('link', { name: 'Approvals' }).click();
      const forms = page.getByRole('region', { name: /^Approval of/ });
      await page.getByText('There are older ones.').waitFor();
      expect(await forms.count()).toBe(PAGE);
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByRole('link', { name: runIds[0] ?? '' }).waitFor();
      expect(await forms.count()).toBe(1);
      await page.getByRole('button', { name: 'Newer' }).click();
      await expect.poll(() => forms.count()).toBe(PAGE);
      expect(complaints).toEqual([]);
    });
  });
