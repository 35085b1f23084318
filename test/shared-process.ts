import { afterAll, expect } from 'vitest';

const WAY_OUT = 'name it in ISOLATED of vitest.config.ts';

const GLOBALS = ['Date', 'Math', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'];
const METHODS: readonly (readonly [string, object, string])[] = [
  ['Date.now', Date, 'now'],
  ['Math.random', Math, 'random'],
  ['performance.now', performance, 'now'],
  ['process.stdout.write', process.stdout, 'write'],
  ['process.stderr.write', process.stderr, 'write'],
];
const EVENTS = ['uncaughtException', 'unhandledRejection'];
/** Set by the logger's library wherever it is loaded. */
const OF_A_LIBRARY = 'env AWS_SDK_UA_APP_ID';

/** What a file would leave to the next one in the same process. */
const processWide = (): Map<string, unknown> =>
  new Map<string, unknown>([
    ...Object.entries(process.env).map(([name, value]) => [`env ${name}`, value] as const),
    ...GLOBALS.map((name) => [name, Reflect.get(globalThis, name)] as const),
    ...METHODS.map(([name, owner, method]) => [name, Reflect.get(owner, method)] as const),
    ...EVENTS.map((event) => [`listeners of ${event}`, process.listenerCount(event)] as const),
    ['directory', process.cwd()],
    ['exit code', process.exitCode],
  ]);

const before = processWide();

// That of a setup file comes after those of the test file.
afterAll(() => {
  const after = processWide();
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => name !== OF_A_LIBRARY && !Object.is(before.get(name), after.get(name)));
  expect(changed, `this file changes the process that it shares: ${WAY_OUT}`).toEqual([]);
});
