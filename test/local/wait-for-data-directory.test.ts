import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDataDirectory } from '../../local/data-directory.ts';
import { waitForDataDirectory } from '../../local/wait-for-data-directory.ts';
import { createFakeClock } from '../fake-clock.ts';

describe('a data directory that is held', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ballast-wait-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is had as soon as its holder lets go', async () => {
    const holder = takeDataDirectory(directory);
    const waited = waitForDataDirectory(directory, createFakeClock());
    holder[Symbol.dispose]();
    using taken = await waited;
    expect(taken.path).toContain('ballast-wait-');
  });

  it('is refused when its holder keeps it', async () => {
    using _holder = takeDataDirectory(directory);
    const clock = createFakeClock();
    const waited = waitForDataDirectory(directory, clock);
    await clock.advance(1_500);
    await expect(waited).rejects.toThrow(/^Another Ballast server is using the data directory/);
  });

  it('is refused at once where it cannot be a directory', async () => {
    const below = join(process.execPath, 'below-a-file');
    await expect(waitForDataDirectory(below, createFakeClock())).rejects.toThrow(/cannot be used/);
  });
});
