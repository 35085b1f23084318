import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../api/start-server.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { CHROMIUM, inChromium, LOOKS, openPage, signIn, startBrowser } from './browser.ts';

const KEY = 'ballast-dev-key';
const run = promisify(execFile);

/** Whether a program is there. */
const isThere = (program: string): Promise<boolean> =>
  run(program, ['--version']).then(
    () => true,
    () => false,
  );
const hasPython = await isThere('python3');

/** What each copied text is run with, and the file that it stands in. */
const PROGRAMS = [
  ['curl', 'sh', 'ask.sh', true],
  ['TypeScript', process.execPath, 'ask.mts', true],
  ['Python', 'python3', 'ask.py', hasPython],
] as const;

/** Quotes of each kind, a line end, what shells and templates read, and letters of no alphabet of theirs. */
const AWKWARD = 'It\'s "17 * 23"?\n$HOME `id` ${x} \\n %s — 日本 🙂';

describe.skipIf(CHROMIUM === undefined)(inChromium('trying an agent in the console'), () => {
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  /** As `npm start` is by itself: nothing of a run is kept but names and counts. */
  let server: TestServer;
  let paid: TestServer;
  let upstream: ScriptedUpstream;
  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    const env = { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: upstream.url };
    [browser, server, paid] = await Promise.all([startBrowser(), startServer(), startServer(env)]);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([server[Symbol.asyncDispose](), paid[Symbol.asyncDispose]()]);
    await upstream.close();
  });

  const tryIn = async (
    of: TestServer,
    ...options: Parameters<typeof openPage> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const watched = await openPage({ browser, server: of }, ...options);
    await signIn(watched.page, { server: of }, KEY);
    return watched;
  };
  const ask = async (page: Page, task: string) => {
    await page.getByLabel('Task').fill(task);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
  };

  it.each(LOOKS)('shows what each tool is given and gives under plain `npm start` (%s)', async (look, options) => {
    const { page, complaints, looksRight } = await tryIn(server, options);
    await ask(page, 'What is 17 * 23, and what time is it in Tokyo?');
    await page.getByText('end_turn').waitFor();
    for (const [tool, given, gave] of [
      ['calculate', '"expression": "17 * 23"', '391'],
      ['current_time', '"timeZone": "Asia/Tokyo"', /\d\d:\d\d/],
    ] as const) {
      const call = page.locator('details.tool', { hasText: tool });
      await call.locator('summary').click();
      await call.locator('pre').filter({ hasText: given }).waitFor();
      await call.locator('pre').filter({ hasText: gave }).waitFor();
    }
    expect(await page.getByText('CONTENT_RETENTION').count()).toBe(0);
    await looksRight(`try-plain-${look}`);
    // Its call leads to the run, where the step is open.
    await page
      .locator('details.tool')
      .first()
      .getByRole('link', { name: /^toolu_/ })
      .click();
    await page.locator('.fall details[open] summary', { hasText: 'calculate' }).waitFor();
    // There it is said what keeps them.
    await page.getByRole('region', { name: 'Steps' }).getByText('CONTENT_RETENTION=run').waitFor();
    expect(complaints).toEqual([]);
  });

  for (const [name, program, file, isInstalled] of PROGRAMS)
    it.skipIf(!isInstalled)(
      `what is copied as ${name} asks the same when it is run${isInstalled ? '' : ` (skipped: there is no ${program})`}`,
      async () => {
        const { page, complaints } = await tryIn(server, { permissions: ['clipboard-read', 'clipboard-write'] });
        await page.getByLabel('Task').fill(AWKWARD);
        await page.getByLabel('Complexity').selectOption('simple');
        await page.getByLabel('At most, in $').fill('0.5');
        await page.getByRole('button', { name, exact: true }).click();
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        const copied = String(await page.evaluate('navigator.clipboard.readText()'));
        expect(copied).not.toContain(KEY);
        const folder = mkdtempSync(join(tmpdir(), 'ballast-copied-'));
        try {
          writeFileSync(join(folder, file), copied);
          const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', BALLAST_API_KEY: KEY };
          const { stdout } = await run(program, [join(folder, file)], { env, cwd: folder });
          expect(stdout).toMatch(/["']?status["']?: ?["']succeeded["']/);
          const runId = /run_[0-9a-z]{26}/.exec(stdout)?.[0] ?? '';
          const kept = (await (await server.ask(`/agent/runs/${runId}`)).json()) as { model: string; output: string };
          expect(kept.model).toBe('claude-haiku-5-5');
          expect(kept.output).toContain('calculate says: 391');
        } finally {
          rmSync(folder, { recursive: true });
        }
        expect(complaints).toEqual([]);
      },
    );

  /** How many attempts one call of a model takes with it at most. */
  const FAULTS: readonly (readonly [fault: string, shows: string, attempts: number])[] = [
    ['Overloaded twice, then an answer', 'succeeded end_turn', 3],
    ['A stream that breaks once', 'succeeded end_turn', 2],
    ['The model fails, the fallback answers', 'fallback-model: ', 5],
    ['A slow answer', 'succeeded end_turn', 1],
    ['Every model refuses', '400', 1],
    ['The model declines', 'succeeded refusal', 1],
  ];

  it('streams: the text grows while the model speaks, until it is stopped', async () => {
    const { page, complaints } = await tryIn(server);
    await ask(page, '[[count:400]] [[over:120000]]');
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText('1 2 3').waitFor();
    const before = (await answer.locator('.output').innerText()).length;
    await expect.poll(async () => (await answer.locator('.output').innerText()).length).toBeGreaterThan(before);
    expect(await answer.getAttribute('aria-busy')).toBe('true');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('section[aria-label=Answer][aria-busy=false]').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('each fault of the menu shows what it says, as often as it is chosen', async () => {
    const { page, complaints } = await tryIn(server);
    const menu = page.locator('select[name=fault]');
    expect(await menu.getByRole('option').allTextContents()).toEqual(['none', ...FAULTS.map(([fault]) => fault)]);
    const answer = page.locator('section[aria-label=Answer][aria-busy=false]');
    let before: string | null = null;
    const choose = async (fault: string, shows: string): Promise<number> => {
      await menu.selectOption(fault);
      await ask(page, 'What is 17 * 23?');
      const link = answer.getByRole('link', { name: /^run_/ }).filter({ hasNotText: before ?? 'none' });
      const runId = await link.textContent();
      before = runId;
      expect(await page.getByRole('main').innerText(), fault).toContain(shows);
      const { steps } = (await (await server.ask(`/agent/runs/${runId}/trace`)).json()) as {
        steps: { attempts?: number }[];
      };
      return steps.reduce((most, { attempts = 0 }) => Math.max(most, attempts), 0);
    };
    for (const [fault, shows, attempts] of FAULTS) expect(await choose(fault, shows), fault).toBe(attempts);
    for (const [fault, shows, attempts] of FAULTS.filter(([, , attempts]) => attempts > 1))
      expect(await choose(fault, shows), `${fault}, again`).toBe(attempts);
    expect(complaints).toEqual([]);
  });

  it.each(LOOKS)(
    'a red bar says where the key spends real money, and there is no fault to inject (%s)',
    async (look, options) => {
      const simulated = await tryIn(server, options);
      expect(await simulated.page.getByText('This key spends real money').count()).toBe(0);
      const { page, complaints, looksRight } = await tryIn(paid, options);
      const bar = page.getByRole('note').filter({ hasText: 'This key spends real money' });
      await bar.waitFor();
      expect(await page.evaluate("getComputedStyle(document.querySelector('.real')).backgroundColor")).toMatch(
        /^rgb\((?:179|140), (?:38|29), /,
      );
      expect(await page.locator('select[name=fault]').count()).toBe(0);
      await looksRight(`try-real-${look}`);
      expect(complaints).toEqual([]);
    },
  );
});
