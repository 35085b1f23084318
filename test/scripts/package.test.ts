import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { ROOT } from '../made-once.ts';

it('a stage named as a branch may be is refused in one sentence, before anything is built', () => {
  const words = ['scripts/package.ts', '--stage', 'feature/x'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr.split('\n').filter((line) => !/Warning|--trace-warnings/.test(line))).toEqual([
    'The name of a stage has only letters, digits and hyphens: "feature/x".',
    '',
  ]);
});
