import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../made-once.ts';

const run = promisify(execFile);

it('without Chromium the tests of the pages say by name that they were skipped, and why', async () => {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/pages/restart.test.ts'];
  const env = { ...process.env, CHROMIUM: 'none' };
  const { stderr } = await run(process.execPath, vitest, { cwd: ROOT, env });
  expect(stderr).toContain('SKIPPED 1 tests: there is no Chromium; install it, or name it in CHROMIUM.');
  expect(stderr).toContain('the console, through a restart > watches a run on');
});

it('CI goes on without Chromium, says so below everything else, and fails where Chromium is required', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-ci-'));
  try {
    writeFileSync(join(folder, 'npm'), '#!/bin/sh\necho "npm $*"\n', { mode: 0o755 });
    const ci = (env: Record<string, string>) =>
      run(join(ROOT, '.ci', 'run'), { env: { PATH: `${folder}:/usr/bin:/bin`, CHROMIUM: 'none', ...env } });
    const { stdout, stderr } = await ci({});
    expect(stdout).toBe('npm ci\nnpm test\n');
    expect(stderr.match(/^NO CHROMIUM: .* are skipped\.$/gm)).toHaveLength(2);
    await expect(ci({ CHROMIUM_REQUIRED: '1' })).rejects.toMatchObject({ code: 1, stdout: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
