import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testWorkplace } from '../local/spawned-server.ts';
import { CHROMIUM, inChromium, openPage, signIn, startBrowser } from './browser.ts';

const REFUND = '[[tool:issue_refund {"orderId": "A-17", "amountUsd": "12.50"}]]';

/** What the browser says of a server that is not there. */
const ofTheGap = (text: string) => /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE|ERR_EMPTY/.test(text);

describe.skipIf(CHROMIUM === undefined)(inChromium('the console, through a restart'), () => {
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('watches a run on: each event once, and the person who is asked can answer', async () => {
    const place = testWorkplace();
    const first = place.start();
    const url = await first.ready;
    const { page, complaints } = await openPage({ browser, server: { url } }, {}, ofTheGap);
    await signIn(page, { server: { url } }, 'ballast-dev-key');
    await page.getByRole('option', { name: 'clerk' }).waitFor({ state: 'attached' });
    await page.getByLabel('Agent').selectOption('clerk');
    await page.getByLabel('Task').fill(REFUND);
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByText('approval.requested').waitFor();

    first.child.kill('SIGKILL');
    await first.exited;
    const events = page.getByRole('region', { name: 'Events' });
    await events.getByText('coming back').waitFor();
    await place.start({ env: { PORT: new URL(url).port } }).ready;
    await events.getByText('coming back').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('run.succeeded').waitFor();

    const ids = (await events.locator('li > span:first-child').allTextContents()).map(Number);
    expect(ids[0]).toBe(1);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(complaints).toEqual([]);
  });
});
