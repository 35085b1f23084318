import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../made-once.ts';
import { reportOf, row } from '../true-up/report.ts';

/** Nobody listens there: whatever is said before AWS is asked is all that there is to say. */
const NOWHERE = 'http://127.0.0.1:9';
const LINE = 'On AWS: the stage prod, in eu-west-3.\n';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-say-'));
  mkdirSync(join(folder, 'agents'));
  writeFileSync(join(folder, 'agents', 'index.js'), 'export const agents = [];\n');
  writeFileSync(join(folder, 'usage.csv'), reportOf(row('2026-11-01', 'claude-haiku-4-5', [1, 0, 0, 0, 1, 0])));
});
afterAll(() => rmSync(folder, { recursive: true }));

const said = async (program: string, words: readonly string[], env: Readonly<Record<string, string>>) => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: NOWHERE };
  const own = { PATH, NODE_COMPILE_CACHE, HOME: folder, AWS_MAX_ATTEMPTS: '1', ...credentials, ...env };
  const child = spawn(process.execPath, [join(ROOT, program), ...words], { env: own, cwd: folder });
  const closed = once(child, 'close');
  child.stdin.end();
  const [stderr] = await Promise.all([text(child.stderr), text(child.stdout)]);
  await closed;
  return stderr;
};

const COMMANDS: readonly (readonly [name: string, words: readonly string[]])[] = [
  ['bootstrap', []],
  ['secret', ['list']],
  ['reconcile', []],
  ['export', []],
  ['true-up', ['--report', 'usage.csv']],
  ['forget-tenant', ['--tenant', 'acme', '--yes']],
];

it.each(COMMANDS)(
  '%s says on which stage it acts, and where, before it does, by npm and by npx once',
  async (name, words) => {
    const given = [...words, '--stage', 'prod'];
    const byNpm = await said(`scripts/${name}.ts`, [...given, '--region', 'eu-west-3'], {});
    const byNpx = await said('local/ballast.mjs', [name, ...given], { AWS_REGION: 'eu-west-3' });
    for (const stderr of [byNpm, byNpx]) {
      expect(stderr.slice(0, LINE.length)).toBe(LINE);
      expect(stderr.split('On AWS').length - 1).toBe(1);
    }
  },
);

it('the region is that of the profile where nothing else names one', async () => {
  const config = join(folder, 'config');
  writeFileSync(config, '[default]\nregion = eu-west-3\n');
  expect(await said('scripts/export.ts', ['--stage', 'prod'], { AWS_CONFIG_FILE: config })).toContain(LINE);
});
