import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';
const REFUND = '[[tool:issue_refund {"orderId": "A-17", "amountUsd": "12.50"}]]';
const LOOKS = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['narrow', { viewport: { width: 390, height: 860 } }],
] as const;

/** What is no id of Ballast's: it can be copied, and leads nowhere. */
const FOREIGN = /^(?:req_sim_|https?:|ballast\/)/;

/** What is an id by its look. */
const LOOKS_LIKE_AN_ID = String.raw`^(?:(?:run|key|req|toolu|call)_\w+|(?:anthropic|tool)/[\w./-]+)$`;

/**
 * Words of the page that are an id, by their look or because they are `known`, and stand there as mere text. What is entered or
 * copied as a whole may hold ids: fields, commands and the data of events.
 */
const mereIds = async (page: Page, known: readonly string[]): Promise<string[]> => {
  const found: unknown = await page.evaluate(`(() => {
    const known = new Set(${JSON.stringify(known)});
    const looksLikeOne = new RegExp(${JSON.stringify(LOOKS_LIKE_AN_ID)});
    const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const mere = [];
    while (texts.nextNode()) {
      const { textContent, parentElement } = texts.currentNode;
      if (parentElement.closest('span.id, pre, option, textarea') !== null) continue;
      for (const word of textContent.split('·').map((part) => part.trim()))
        if (known.has(word) || looksLikeOne.test(word)) mere.push(word + ' is mere text');
    }
    return mere;
  })()`);
  return found as string[];
};

/** Each id that stands on the page, with what is wrong with it. */
const wrongIds = async (page: Page): Promise<string[]> => {
  const found: unknown = await page.evaluate(`[...document.querySelectorAll('span.id')].map((each) => [
    each.textContent.trim(),
    each.querySelector('a[href^="#/"]') !== null,
    each.querySelector('button[aria-label^="Copy"]') !== null,
  ])`);
  return (found as readonly (readonly [string, boolean, boolean])[]).flatMap(([id, isLink, isCopied]) => [
    ...(isLink || FOREIGN.test(id) ? [] : [`${id} is no link`]),
    ...(isCopied ? [] : [`${id} cannot be copied`]),
  ]);
};

export const everyPageOfTheConsole = (stage: Stage) =>
  describe('every page of the console', () => {
    const send = async (method: string, path: string, body: object, key = ADMIN) => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const answer = await stage.server.ask(path, { method, headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, unknown>;
    };
    /** By their place, each with what stands there once it is whole. */
    const pages: Record<string, string> = {};
    let keyId = '';

    beforeAll(async () => {
      await send('PUT', '/admin/tenants/whole', { name: 'Whole', dailyBudgetUsd: '1', userDailyBudgetUsd: '1' });
      const all = ['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read', 'admin'];
      const made = await send('POST', '/admin/tenants/whole/keys', { name: 'all of it', scopes: all });
      const key = String(made['key']);
      keyId = String(made['keyId']);
      const about = { userId: 'ada', sessionId: 'chat:1' };
      const task = '[[fault:529 times=1]] What is 17 * 23?';
      const { runId } = await send('POST', '/agent/run', { task, ...about }, key);
      const message = { model: 'claude-haiku-5-5', max_tokens: 16, messages: [{ role: 'user', content: 'Hello' }] };
      await send('POST', '/v1/messages', { ...message, metadata: { user_id: 'ada' } }, key);
      const { runId: waiting } = await send('POST', '/agent/runs', { agent: 'clerk', task: REFUND }, key);
      await send('PUT', '/admin/circuits/tool/open-meteo', { state: 'isolated', reason: 'A try.' }, key);
      await vi.waitFor(
        async () => {
          const asked = await stage.server.ask(`/agent/runs/${String(waiting)}`, { headers: { 'x-api-key': key } });
          expect(await asked.json()).toMatchObject({ status: 'awaiting_approval' });
        },
        { timeout: 900_000, interval: 200 },
      );
      Object.assign(pages, {
        try: 'Answers questions',
        runs: 'chat:1',
        'runs/userId/ada': 'chat:1',
        [`runs/${String(runId)}`]: 'Trace',
        [`runs/${String(waiting)}`]: 'waits for you',
        approvals: 'waits for you',
        gateway: 'claude-haiku-5-5',
        money: 'all of it',
        agents: 'claude-opus-5-5',
        tenants: 'whole',
        [`tenants/whole/${keyId}`]: 'all of it',
        circuits: 'A try.',
        alarms: 'circuit-open',
        audit: 'circuit.set',
        'set-up': 'A key of your own',
        'find/req_1': 'npx ballast find req_1',
      });
      pages['key'] = key;
    });

    it.each(LOOKS)(
      'is clean, asks nobody else, and each of its ids is a link and can be copied (%s)',
      async (look, options) => {
        const { page, complaints, looksRight } = await openPage(stage, options);
        const { key = '', ...places } = pages;
        const known = [keyId, 'whole', 'ada', 'chat:1', 'anthropic/claude-opus-5-5', 'tool/open-meteo'];
        /** By what usage is reported, with what its row then leads to. */
        const reported = [
          ['tenant', 'whole', '#/tenants/whole'],
          ['key', keyId, `#/gateway/keyId/${keyId}`],
          ['user', 'ada', '#/runs/userId/ada'],
          ['session', 'chat:1', '#/runs/sessionId/chat%3A1'],
          ['model,user', 'ada', '#/runs/userId/ada'],
        ] as const;
        const eachReport = async (page: Page) => {
          const usage = page.getByRole('region', { name: 'Usage' }).first();
          for (const [by, id, href] of reported) {
            await page.locator('select[name=whose]').selectOption(by === 'tenant' ? 'all' : 'own');
            await page.locator('select[name=groupBy]').selectOption(by);
            const link = usage.getByRole('cell').getByRole('link', { name: id, exact: true }).first();
            await link.waitFor();
            expect(await link.getAttribute('href')).toBe(href);
            expect([...(await wrongIds(page)), ...(await mereIds(page, known))], by).toEqual([]);
          }
        };
        await signIn(page, stage, key);
        for (const [place, whole] of Object.entries(places)) {
          await page.evaluate(`location.hash = '/${place}'`);
          if (place === 'money') await eachReport(page);
          await page.getByRole('main').getByText(whole).first().waitFor({ state: 'attached' });
          for (const summary of await page.locator('.fall summary').all()) await summary.click();
          expect([...(await wrongIds(page)), ...(await mereIds(page, known))], place).toEqual([]);
          await looksRight(
            `every-${place
              .split('/')
              .slice(0, 2)
              .join('-')
              .replace(/run_.*/, 'run')}-${look}`,
          );
        }
        expect(complaints).toEqual([]);
      },
    );

    it('its ids lead to what they name', async () => {
      const { page, complaints } = await openPage(stage);
      const { key = '' } = pages;
      await signIn(page, stage, key);
      await page.getByRole('link', { name: 'Audit' }).click();
      await page.getByRole('link', { name: keyId }).first().click();
      await page.locator('tr.marked', { hasText: keyId }).waitFor();
      await page.getByRole('link', { name: 'Runs', exact: true }).click();
      await page.getByRole('link', { name: 'chat:1' }).click();
      await page
        .getByRole('row', { name: /chat:1/ })
        .getByRole('link', { name: /^run_/ })
        .click();
      const call = page.locator('.fall details', { hasText: 'calculate' });
      await call.locator('summary').click();
      await call.getByRole('link', { name: /^toolu_/ }).click();
      expect(new URL(page.url()).hash).toMatch(/^#\/runs\/run_\w+\/toolu_\w+$/);
      await page.goto('about:blank');
      const { page: fresh } = await openPage(stage);
      await fresh.goto(`${stage.server.url}/console#/find/req_9`);
      await fresh.getByLabel('API key').fill(key);
      await fresh.keyboard.press('Enter');
      await fresh.getByText('npx ballast find req_9').waitFor();
      expect(complaints).toEqual([]);
    });
  });
