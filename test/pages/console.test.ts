import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../api/start-server.ts';
import { startHttpTarget } from '../http-target.ts';
import { administrationInTheConsole } from './admin.ts';
import { agentsInTheConsole } from './agents.ts';
import { alarmsInTheConsole } from './alarms.ts';
import { approvalsInTheConsole } from './approvals.ts';
import { CHROMIUM, inChromium, openPage, signIn, type Stage, startBrowser } from './browser.ts';
import { gatewayInTheConsole } from './gateway.ts';
import { moneyInTheConsole } from './money.ts';
import { picturesOfTheConsole } from './pictures.ts';
import { runsInTheConsole } from './runs.ts';

const KEY = 'ballast-dev-key';

describe.skipIf(CHROMIUM === undefined)(inChromium('the console'), () => {
  const stage = {} as { -readonly [Name in keyof Stage]: Stage[Name] };

  beforeAll(async () => {
    stage.target = await startHttpTarget();
    const env = {
      CONTENT_RETENTION: 'run',
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
  approvalsInTheConsole(stage);
  administrationInTheConsole(stage);
  agentsInTheConsole(stage);
  gatewayInTheConsole(stage);
  moneyInTheConsole(stage);
  alarmsInTheConsole(stage);
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

  it('describes each operation at /docs, without a key', async () => {
    const { page, complaints, looksRight } = await openPage(stage);
    await page.goto(`${stage.server.url}/docs#listRuns`);
    await page.getByRole('heading', { name: 'listRuns' }).waitFor();
    const described = (await (await stage.server.ask('/openapi.json')).json()) as { paths: Record<string, object> };
    const count = Object.values(described.paths).flatMap((item) => Object.keys(item)).length;
    expect(
      await page
        .getByRole('heading', { level: 3 })
        .filter({ has: page.locator('.method') })
        .count(),
    ).toBe(count);
    expect(await page.evaluate('scrollY')).toBeGreaterThan(0);
    await page.getByRole('navigation').getByRole('link', { name: 'Errors' }).click();
    await page.getByRole('row', { name: 'The budget does not allow this' }).first().waitFor();
    await looksRight('docs');
    expect(complaints).toEqual([]);
  });
});
