import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../api/start-server.ts';
import { startHttpTarget } from '../http-target.ts';
import { administrationInTheConsole } from './admin.ts';
import { agentsInTheConsole } from './agents.ts';
import { alarmsInTheConsole } from './alarms.ts';
import { approvalsInTheConsole } from './approvals.ts';
import { tenantIn } from './books.ts';
import { CHROMIUM, inChromium, openPage, signIn, type Stage, startBrowser } from './browser.ts';
import { docsOfTheApi } from './docs.ts';
import { everyPageOfTheConsole } from './every-page.ts';
import { gatewayInTheConsole } from './gateway.ts';
import { keyboardInTheConsole } from './keyboard.ts';
import { loadingInTheConsole } from './loading.ts';
import { moneyInTheConsole } from './money.ts';
import { picturesOfTheConsole } from './pictures.ts';
import { reportsInTheConsole } from './reports.ts';
import { runListInTheConsole } from './run-list.ts';
import { runsInTheConsole } from './runs.ts';
import { tenantsInTheConsole } from './tenants.ts';

const KEY = 'ballast-dev-key';
const ADMIN = 'ballast-dev-admin-key';

describe.skipIf(CHROMIUM === undefined)(inChromium('the console'), () => {
  const stage = {} as { -readonly [Name in keyof Stage]: Stage[Name] };

  beforeAll(async () => {
    stage.target = await startHttpTarget();
    const env = {
      CONTENT_RETENTION: 'run',
      STAGE_DAILY_BUDGET_USD: '1000',
      OPEN_METEO_BASE_URL: `${stage.target.url}/weather`,
      BALLAST_ALARM_WEBHOOK_URL: `${stage.target.url}/alarms`,
      BALLAST_ALARM_WEBHOOK_SECRET: '0123456789abcdef',
    };
    [stage.server, stage.browser] = await Promise.all([startServer(env), startBrowser()]);
  });
  afterAll(async () => {
    await stage.browser.close();
    await stage.server[Symbol.asyncDispose]();
    await stage.target.close();
  });

  runsInTheConsole(stage);
  runListInTheConsole(stage);
  approvalsInTheConsole(stage);
  administrationInTheConsole(stage);
  tenantsInTheConsole(stage);
  agentsInTheConsole(stage);
  gatewayInTheConsole(stage);
  moneyInTheConsole(stage);
  reportsInTheConsole(stage);
  alarmsInTheConsole(stage);
  loadingInTheConsole(stage);
  docsOfTheApi(stage);
  everyPageOfTheConsole(stage);
  keyboardInTheConsole(stage);
  picturesOfTheConsole(stage);

  const refused = (text: string) => text.includes('status of 401');

  it('leads a browser from / to itself, and refuses a key that nobody has', async () => {
    const { page, complaints, looksRight } = await openPage(stage, {}, refused);
    await page.goto(stage.server.url);
    expect(page.url()).toBe(`${stage.server.url}/console`);
    await looksRight('sign-in');
    await page.getByLabel('API key').fill('not-a-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('not known or has expired').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows times of where the browser is, and UTC on hover', async () => {
    const { page, complaints } = await openPage(stage, { timezoneId: 'Asia/Kolkata' });
    await signIn(page, stage, KEY);
    const { runId } = (await (await stage.server.run({ task: 'Hello' })).json()) as { runId: string };
    const { createdAt } = (await (await stage.server.ask(`/agent/runs/${runId}`)).json()) as { createdAt: string };
    await page.evaluate(`location.hash = '/runs/${runId}'`);
    const time = page.getByRole('region', { name: 'The run' }).getByRole('time');
    // Half an hour beside whole ones: five and a half ahead.
    const local = new Date(Date.parse(createdAt) + 19_800_000).toISOString().slice(0, 19).replace('T', ' ');
    expect(await time.textContent()).toBe(local);
    expect(await time.getAttribute('title')).toBe(`${createdAt} (UTC)`);
    expect(complaints).toEqual([]);
  });

  it('where nothing is yet, each part names the command that fills it', async () => {
    const key = await tenantIn(stage, 'empty');
    const { page, complaints, looksRight } = await openPage(stage, { colorScheme: 'dark' });
    await signIn(page, stage, key);
    for (const [place, blocks] of Object.entries({ runs: 1, approvals: 1, gateway: 1, money: 3 })) {
      await page.evaluate(`location.hash = '/${place}'`);
      await expect.poll(() => page.locator('.empty').count()).toBe(blocks);
      expect(await page.locator('.empty pre').count(), place).toBe(blocks);
      await looksRight(`empty-${place}`);
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, stage, ADMIN);
    await page.getByRole('link', { name: 'Circuits' }).click();
    await page.getByRole('region', { name: 'Rests' }).first().getByText('[[fault:429').waitFor();
    expect(complaints).toEqual([]);
  });

  it('keeps the key in memory alone, and forgets it', async () => {
    const { page, addresses, kept } = await openPage(stage);
    await signIn(page, stage, KEY);
    expect(await kept()).not.toContain(KEY);
    await page.reload();
    await page.getByLabel('API key').waitFor();
    await signIn(page, stage, KEY);
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.getByLabel('API key').inputValue()).toBe('');
    expect(addresses.filter((address) => address.includes(KEY))).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'asks an agent and shows its tool call and its cost (%s)',
    async (colorScheme) => {
      const { page, complaints, looksRight } = await openPage(stage, { colorScheme });
      await signIn(page, stage, KEY);
      await page.getByLabel('Task').fill('What is 17 * 23?');
      await page.getByLabel('Task').press('Control+Enter');
      await page.getByText('calculate says: 391').waitFor();
      const call = page.locator('details.tool', { hasText: 'calculate' });
      await call.locator('summary').click();
      await call.getByText('"expression": "17 * 23"').waitFor();
      const runId = await page.getByRole('link', { name: /^run_/ }).textContent();
      const run = (await (await stage.server.ask(`/agent/runs/${runId}`)).json()) as { usage: { costUsd: string } };
      expect(await page.locator('[data-field=cost]').textContent()).toBe(`$${run.usage.costUsd}`);
      await looksRight(`try-${colorScheme}`);
      expect(complaints).toEqual([]);
    },
  );
});
