import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What asks Ballast: its own tests of the API, and all that start a server of it. */
const FOLDERS = /^test\/(?:api|gateway|functions|faults|durable-run)\//;
const STARTS = /from '[^']*\/(?:start-server|fleet|spawned-server)\.ts'/;
/** `fetch` itself, and no member or parameter of that name. */
const PLAIN = /(?<![\w.'"])fetch\(/;

/** They ask something else than Ballast. */
const OTHERS: Readonly<Record<string, string>> = {
  'test/local/engine.test.ts': 'the embedded DynamoDB',
};

it('every test that asks Ballast has its answers held to the OpenAPI description', () => {
  const asking = globSync('test/**/*.ts').filter((file) => {
    const text = readFileSync(file, 'utf8');
    return !(file in OTHERS) && (FOLDERS.test(file) || STARTS.test(text));
  });
  expect(asking.length).toBeGreaterThan(150);
  expect(asking.filter((file) => PLAIN.test(readFileSync(file, 'utf8')))).toEqual([]);
});
