import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { TestServer } from '../api/start-server.ts';
import type { HttpTarget } from '../http-target.ts';

/**
 * Where Debian and Ubuntu put it; `CHROMIUM` names another, and `CHROMIUM=none` does without. The shell comes first: the
 * whole browser draws a window that nobody sees, which takes most of its processor time.
 */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const PLACES =
  process.env['CHROMIUM'] === 'none' ? [] : [process.env['CHROMIUM'] ?? '', ...NAMES.map((name) => `/usr/bin/${name}`)];

export const CHROMIUM = PLACES.find((place) => place !== '' && existsSync(place));

/** A title that says why a test was skipped, where it was. */
export const inChromium = (title: string): string =>
  CHROMIUM === undefined ? `${title} (skipped: there is no Chromium; install it, or name it in CHROMIUM)` : title;

/** It asks nobody on the network by itself: neither for updates nor for what its maker would know. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  // Coloured edges of letters would be three times the bytes of a picture.
  '--disable-lcd-text',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: QUIET,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });

/** One server and one browser for all tests: to start them costs more than the tests. */
export interface Stage {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Who is notified of its alarms. */
  readonly target: HttpTarget;
}

interface Where {
  readonly server: Pick<TestServer, 'url'>;
  readonly browser: Browser;
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors of the page and its console, and requests to other origins. */
  readonly complaints: string[];
  /** Each address that the page had or asked. */
  readonly addresses: string[];
  /**
   * axe finds nothing serious, and the page is as wide as its window. With `SCREENSHOTS`, a picture goes into that folder.
   * `parts`: selectors of what axe looks at, where a page repeats one form hundreds of times. Default: all of the page.
   */
  readonly looksRight: (name: string, parts?: readonly string[]) => Promise<void>;
  /** All that the browser keeps for the origin, as one text. */
  readonly kept: () => Promise<string>;
}

/** A window and colours, as people have them. */
export const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark and narrow', { colorScheme: 'dark', viewport: { width: 390, height: 860 } }],
];

const SERIOUS = new Set(['serious', 'critical']);

/** The folder of the pictures of the docs, which are taken where `SCREENSHOTS` names it. */
export const PICTURES = 'docs/console';

const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined || folder === PICTURES) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};

/** A new page until the end of the test, all of whose noise is heard. `expected`: what the console may say, such as of a refusal that the test provokes. */
export const openPage = async (
  { browser, server: { url: origin } }: Where,
  options: BrowserContextOptions = {},
  expected: (text: string) => boolean = () => false,
): Promise<WatchedPage> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  // A page asks on for as long as it is open.
  onTestFinished(() => context.close());
  const page = await context.newPage();
  // It only ends what hangs: no verdict hangs on the time that a busy machine takes.
  page.setDefaultTimeout(300_000);
  const complaints: string[] = [];
  const addresses: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !expected(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('framenavigated', (frame) => addresses.push(frame.url()));
  page.on('request', (request) => {
    addresses.push(request.url());
    if (!/^(?:data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin)
      complaints.push(`asked ${request.url()}`);
  });
  return {
    page,
    complaints,
    addresses,
    async looksRight(name, parts = ['html']) {
      await picture(page, name);
      await page.evaluate(axe.source);
      const found = await page.evaluate(async (include) => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({ include });
        return violations.map(({ id, impact, nodes }) => ({
          id,
          impact: impact ?? '',
          places: nodes.map(({ html }) => html),
        }));
      }, parts.slice());
      expect(
        found.filter(({ impact }) => SERIOUS.has(impact)),
        name,
      ).toEqual([]);
      const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      expect((widths as number[])[0], `${name} is wider than its window`).toBeLessThanOrEqual(
        (widths as number[])[1] ?? 0,
      );
    },
    async kept() {
      const stored = await page.evaluate(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
      );
      return JSON.stringify([stored, await context.storageState({ indexedDB: true })]);
    },
  };
};

/** Signs in as a person would. */
export const signIn = async (page: Page, { server: { url } }: Pick<Where, 'server'>, key: string): Promise<void> => {
  await page.goto(`${url}/console`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Parts' }).waitFor();
};
