import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

describe('the expression library', () => {
  it('is not among the bytes that a function loads at start', async () => {
    const { metafile } = await build({
      entryPoints: ['agents/tools/calculate.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      outdir: 'out',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const started = new Set<string>();
    const start = (path: string) => {
      if (started.has(path)) return;
      started.add(path);
      for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
        if (kind === 'import-statement') start(next);
    };
    start('out/calculate.js');
    const holdsLibrary = (path: string) =>
      Object.keys(metafile.outputs[path]?.inputs ?? {}).some((input) => input.includes('/mathjs/'));
    expect(metafile.outputs['out/calculate.js']).toBeDefined();
    expect([...started].filter(holdsLibrary)).toEqual([]);
    expect(Object.keys(metafile.outputs).some(holdsLibrary)).toBe(true);
  });
});
