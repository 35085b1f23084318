import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Agent } from 'ballast';
import { calls, testRun } from 'ballast/testing';
import prettier from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, examples } from './examples.ts';
import { madeByNew } from './made-by-new.ts';
import { ROOT } from './markdown.ts';

const ORDER_STATUS = 'agents/tools/order-status.ts';

/** As one of them, with a secret that it does not declare. */
const broken = {
  path: 'agents/tools/broken-status.ts',
  text: examples()
    .find(({ path: file }) => file === ORDER_STATUS)!
    .text.replace("'shop',", "'shed',"),
};
/** What `npm run new` writes. */
const made = await madeByNew();
// By one program: what they import is read and checked once.
const mistakes = compile([...examples(), broken, ...made]);

it('the examples compile', () => {
  expect(examples().map(({ path: file }) => file)).toEqual([
    'agents/trip.ts',
    'agents/trip.test.ts',
    'agents/mood.ts',
    ORDER_STATUS,
    'agents/tools/read-docs.ts',
    'agents/tools/plan-calls.ts',
    'agents/tools/order-total.ts',
    'agents/support.ts',
    'agents/triage.ts',
    'agents/triage.test.ts',
    'agents/costs.ts',
    'agents/support.test.ts',
    'agents/tools/order-status.test.ts',
  ]);
  expect(mistakes.filter((mistake) => !mistake.startsWith(broken.path))).toEqual([]);
});

it('so does what npm run new writes, in the form of prettier', async () => {
  expect(made.map(({ path: file }) => file)).toEqual([
    'agents/desk.ts',
    'agents/desk.test.ts',
    'agents/index.ts',
    'agents/tools/find-it.ts',
    'agents/tools/find-it.test.ts',
  ]);
  const config = await prettier.resolveConfig(path.join(ROOT, 'agents', 'index.ts'));
  for (const { path: file, text } of made)
    expect([file, await prettier.check(text, { ...config, filepath: file })]).toEqual([file, true]);
});

it('an example that does not compile is found', () => {
  expect(mistakes.join()).toMatch(/broken-status.*"shed"/);
});

/** A server of one test, and how often it was asked. */
const serve = async (listener: RequestListener) => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, asked, [Symbol.asyncDispose]: async () => void (await stop()) };
};

describe('the agents and tools of the documents', () => {
  let folder = '';
  let support: Agent;

  // They stand where git looks away, inside the package whose front door they use.
  beforeAll(async () => {
    mkdirSync(path.join(ROOT, '.ballast'), { recursive: true });
    folder = mkdtempSync(path.join(ROOT, '.ballast', 'readme-'));
    mkdirSync(path.join(folder, 'agents', 'tools'), { recursive: true });
    for (const example of [...examples(), ...made]) writeFileSync(path.join(folder, example.path), example.text);
    ({ support } = (await import(path.join(folder, 'agents', 'support.ts'))) as { support: Agent });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A run whose model asks for one order; gives back what the model is told then. */
  const askFor = async (orderId: string, shopUrl: string) => {
    const script = [calls('order_status', { orderId }), 'That is how far it is.'];
    const toShop = (url: string, init: RequestInit) => fetch(url.replace('https://shop.example.com', shopUrl), init);
    const run = await testRun(support, `How far is ${orderId}?`, script, { fetch: toShop });
    expect(run.output).toBe('That is how far it is.');
    return run.tools[0];
  };

  /** Runs the tests below the folder as their reader would; resolves with what is printed. */
  const runTheirTests = (): Promise<string> =>
    new Promise((resolve) => {
      const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
      execFile(
        process.execPath,
        [vitest, 'run', '--root', folder, '--testTimeout=240000'],
        { timeout: 600_000 },
        (_error, stdout, stderr) => resolve(stripVTControlCharacters(stdout + stderr)),
      );
    });

  it('pass their tests, as do new ones, and fail one that expects another answer', async () => {
    const file = path.join(folder, 'agents', 'support.test.ts');
    const other = path.join(folder, 'agents', 'other.test.ts');
    writeFileSync(
      other,
      readFileSync(file, 'utf8').replace("toBe('It has been shipped.')", "toBe('It has been lost.')"),
    );
    const printed = await runTheirTests();
    rmSync(other);
    expect(printed).toMatch(/Test Files +1 failed \| 6 passed \(7\)/);
    expect(printed).toMatch(/FAIL .*other\.test\.ts/);
    expect(printed).toContain('It has been lost.');
  });

  it('give the model what the shop says', async () => {
    await using shop = await serve((_request, response) =>
      response.end('{"status":"shipped","parcels":2,"by":"post"}'),
    );
    expect(await askFor('A-1234', shop.url)).toMatchObject({ result: '{"status":"shipped","parcels":2}' });
    expect(shop.asked).toEqual(['/api/orders/A-1234']);
  });

  it('decline an order that is not there, in words for the model', async () => {
    await using shop = await serve((_request, response) => response.writeHead(404).end());
    const result = 'There is no order of this number. Ask the user for it again.';
    expect(await askFor('A-1', shop.url)).toMatchObject({ result, isError: true });
  });

  it('fall back where the shop refuses, and the run goes on', async () => {
    await using shop = await serve((_request, response) => response.writeHead(500).end('a canary'));
    const told = await askFor('A-1', shop.url);
    expect(told).toMatchObject({ result: expect.stringMatching(/^The shop does not answer/) as string });
    expect(told?.isError).toBe(true);
  });

  it('follow no redirect', async () => {
    await using elsewhere = await serve((_request, response) => response.end('{"status":"shipped","parcels":2}'));
    await using shop = await serve((_request, response) =>
      response.writeHead(302, { location: `${elsewhere.url}/api/orders/A-1` }).end(),
    );
    expect(await askFor('A-1', shop.url)).toMatchObject({ result: expect.stringMatching(/^The shop/) as string });
    expect(elsewhere.asked).toEqual([]);
  });

  it('never see an input that the schema refuses', async () => {
    await using shop = await serve((_request, response) => response.end());
    const result = expect.stringMatching(/^The input is not valid: orderId /) as string;
    expect(await askFor('A-1/../../admin', shop.url)).toMatchObject({ result, isError: true });
    expect(shop.asked).toEqual([]);
  });
});
