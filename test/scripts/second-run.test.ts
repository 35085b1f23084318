import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { aloneAgain } from '../../scripts/test-alone.ts';

describe('what runs once more alone', () => {
  it('is a file or a few that failed', () => {
    expect(aloneAgain(['test/local/start.test.ts', 'test/pages/try.test.ts'])).toEqual([
      'test/local/start.test.ts',
      'test/pages/try.test.ts',
    ]);
  });

  it('is nothing where many fail, where money does, or where nothing failed', () => {
    expect(aloneAgain(['1', '2', '3', '4'].map((name) => `test/local/${name}.test.ts`))).toEqual([]);
    expect(aloneAgain(['test/local/start.test.ts', 'test/budget/groups.test.ts'])).toEqual([]);
    expect(aloneAgain([])).toEqual([]);
  });
});

describe('the tests of a project', () => {
  let root: string;
  afterEach(() => rmSync(root, { recursive: true }));

  const run = (files: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    root = mkdtempSync(path.join(tmpdir(), 'ballast-second-run-'));
    for (const folder of ['budget', 'local']) mkdirSync(path.join(root, 'test', folder), { recursive: true });
    writeFileSync(path.join(root, 'vitest.config.mjs'), 'export default { test: { globals: true } };');
    for (const [name, code] of Object.entries(files)) writeFileSync(path.join(root, 'test', name), code);
    const script = path.resolve(import.meta.dirname, '../../scripts/test-all.ts');
    const { status, stderr } = spawnSync(process.execPath, [script, '--root', root, ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, lines: stderr.split('\n').filter((line) => /^(PASSED|FAILED|Once)/.test(line)) };
  };

  const ONCE = `
    import { existsSync, writeFileSync } from 'node:fs';
    const mark = import.meta.filename + '.ran';
    it('passes the second time', () => {
      const again = existsSync(mark);
      writeFileSync(mark, '');
      expect(again).toBe(true);
    });`;
  const ALWAYS = `it('fails', () => expect(1).toBe(2));`;
  const GREEN = `it('passes', () => expect(1).toBe(1));`;

  it('that fail beside others and pass alone are told, and do not fail the run', () => {
    const { status, lines } = run({ 'local/once.test.ts': ONCE, 'local/green.test.ts': GREEN });
    expect(lines).toEqual([
      'Once more, each alone: test/local/once.test.ts',
      'PASSED ONLY ALONE: test/local/once.test.ts. Something in it waits for less time than a busy machine takes.',
    ]);
    expect(status).toBe(0);
  });

  it('that fail alone too fail the run, whatever else passed', () => {
    const { status, lines } = run({ 'local/once.test.ts': ONCE, 'local/always.test.ts': ALWAYS });
    expect(lines).toContain('FAILED TWICE: test/local/always.test.ts');
    expect(lines).toHaveLength(3);
    expect(status).toBe(1);
  });

  it('of money have one run', () => {
    const { status, lines } = run({ 'budget/once.test.ts': ONCE, 'local/green.test.ts': GREEN });
    expect(lines).toEqual([]);
    expect(status).toBe(1);
  });

  it('that are asked for by name have one run', () => {
    const { status, lines } = run({ 'local/once.test.ts': ONCE }, 'once');
    expect(lines).toEqual([]);
    expect(status).toBe(1);
  });

  it('leave an error that no test caught standing', () => {
    const { status, lines } = run({
      'local/once.test.ts': `${ONCE} it('leaves a rejection', () => { void Promise.reject(new Error('nobody waits')); });`,
    });
    expect(lines).toEqual([]);
    expect(status).toBe(1);
  });
});
