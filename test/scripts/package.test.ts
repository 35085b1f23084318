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

it('osls runs for a user whose home cannot be written to', () => {
  const words = ['scripts/osls.ts', 'print', '--stage', 'dev', '--path', 'service'];
  const env = { PATH: process.env['PATH'], HOME: '/dev/null/home', AWS_EC2_METADATA_DISABLED: 'true', CI: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch(/ENOTDIR|EACCES|Error/);
  expect([status, stdout.trim()]).toEqual([0, 'ballast']);
});
