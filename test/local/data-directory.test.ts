import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDataDirectory } from '../../local/data-directory.ts';
import { StartRefused } from '../../local/start-refused.ts';

const MODULE = new URL('../../local/data-directory.ts', import.meta.url).href;

/** Takes the directory, tells how that went, and stays. */
const TAKER = `
  const { takeDataDirectory } = await import(process.argv[1]);
  try { globalThis.held = takeDataDirectory(process.argv[2]); console.log('held'); }
  catch (error) { console.log(error.name); }
  setInterval(() => undefined, 1000);
`;

describe('a data directory', () => {
  const children: ChildProcess[] = [];
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ballast-data-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  const take = async (directory: string) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', TAKER, MODULE, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [outcome] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return { child, outcome };
  };

  it('is made where it is missing, and given back under its one real path', () => {
    symlinkSync(root, join(root, 'link'));
    using held = takeDataDirectory(join(root, 'link', 'a', 'b'));
    expect(held.path).toBe(realpathSync(join(root, 'a', 'b')));
    expect(() => takeDataDirectory(join(root, 'a', 'b'))).toThrow(StartRefused);
  });

  it.each([
    ['below a file', () => join(MODULE.replace('file://', ''), 'x')],
    ['below a link to nothing', () => join(root, 'dangling', 'x')],
    ['that is such a link', () => join(root, 'dangling')],
    ['where the system makes none', () => (process.platform === 'linux' ? '/proc/ballast/x' : '/dev/null/x')],
    ['of 300 characters', () => join(root, 'n'.repeat(300))],
  ])('is refused in one sentence %s', (_where, at) => {
    symlinkSync(join(root, 'gone'), join(root, 'dangling'));
    expect(() => takeDataDirectory(at())).toThrow(
      /^The data directory \S+ cannot be used \(E[A-Z]+\): set BALLAST_DATA_DIR/,
    );
  });

  it('is refused to a second taker in one sentence that tells the way out', () => {
    using _held = takeDataDirectory(root);
    expect(() => takeDataDirectory(root)).toThrow(
      /^Another Ballast server is using the data directory \S+: stop it, or set BALLAST_DATA_DIR to another directory\.$/,
    );
  });

  it('can be taken again when it was released', () => {
    takeDataDirectory(root)[Symbol.dispose]();
    takeDataDirectory(root)[Symbol.dispose]();
  });

  it('is refused to another process, and free at once when its holder was killed', async () => {
    const first = await take(root);
    expect(first.outcome).toBe('held');
    expect((await take(root)).outcome).toBe('StartRefused');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect((await take(root)).outcome).toBe('held');
  });

  it('goes to exactly one of several processes that want it at once', async () => {
    const outcomes = (await Promise.all(Array.from({ length: 4 }, () => take(root)))).map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual(['StartRefused', 'StartRefused', 'StartRefused', 'held']);
  });

  it('is refused in one sentence where it cannot be made', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => takeDataDirectory(join(root, 'file', 'data'))).toThrow(
      /cannot be used \(ENOTDIR\): set BALLAST_DATA_DIR/,
    );
    mkdirSync(join(root, 'taken', 'lock'), { recursive: true });
    expect(() => takeDataDirectory(join(root, 'taken'))).toThrow(StartRefused);
  });
});
