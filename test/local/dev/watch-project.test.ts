import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Change, describeChanges } from '../../../local/dev/changes.ts';
import { type WatchOptions, watchProject } from '../../../local/dev/watch-project.ts';
import { systemClock } from '../../../local/system-clock.ts';

const project = (given: Partial<WatchOptions> = {}) => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-watch-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'agents', 'tools'), { recursive: true });
  const write = (path: string, text = path) => writeFileSync(join(directory, path), text);
  write('agents/a.ts');
  write('agents/tools/t.ts');
  const seen: Change[] = [];
  let wake = () => {};
  const onChange = (changes: readonly Change[]) => {
    seen.push(...changes);
    wake();
  };
  const watching = watchProject({ directory, clock: systemClock, onChange, ...given });
  onTestFinished(() => watching[Symbol.dispose]());
  /** All that it has told, once that is so many. */
  const told = async (count: number) => {
    while (seen.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return seen.splice(0).map(({ path, what }) => `${path} ${what}`);
  };
  return { directory, write, told };
};

const denied = () => {
  throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
};

describe.each([
  ['told by the system', {}],
  ['looking by itself where the system has no room', { watchFolder: denied }],
])('the watch of a project, %s,', (_how, given) => {
  it('tells of files that are written, replaced, new and gone, each once', async () => {
    const { directory, write, told } = project(given);
    write('agents/a.ts', 'changed');
    expect(await told(1)).toEqual(['agents/a.ts changed']);
    // As most editors save.
    write('agents/tools/.t.ts.swp');
    renameSync(join(directory, 'agents/tools/.t.ts.swp'), join(directory, 'agents/tools/t.ts'));
    expect(await told(1)).toEqual(['agents/tools/t.ts changed']);
    write('.env', 'PORT=1');
    expect(await told(1)).toEqual(['.env added']);
    rmSync(join(directory, 'agents/a.ts'));
    expect(await told(1)).toEqual(['agents/a.ts deleted']);
  });

  it('attends to folders that come later, and what is in them', async () => {
    const { directory, write, told } = project(given);
    mkdirSync(join(directory, 'lib/own'), { recursive: true });
    write('lib/own/x.ts');
    expect(await told(1)).toEqual(['lib/own/x.ts added']);
    write('lib/own/x.ts', 'changed');
    expect(await told(1)).toEqual(['lib/own/x.ts changed']);
  });

  it('tells of nothing that needs no new server', async () => {
    const { write, told } = project(given);
    for (const path of [
      'agents/a.test.ts',
      'agents/tools/t.test.ts',
      'agents/4913',
      'agents/a.ts~',
      'README.md',
      'x.log',
    ])
      write(path);
    write('agents/prompt.md');
    expect(await told(1)).toEqual(['agents/prompt.md added']);
  });
});

it.each([
  [['agents/a.ts'], 'agents/a.ts changed'],
  [['agents/a.ts', 'agents/b.ts'], 'agents/a.ts changed, with 1 other file'],
  [['agents/a.ts', 'agents/b.ts', 'agents/a.ts', 'c'], 'agents/a.ts changed, with 2 other files'],
])('%j are described as "%s"', (paths, said) => {
  expect(describeChanges(paths.map((path) => ({ path, what: 'changed' as const })))).toBe(said);
});
