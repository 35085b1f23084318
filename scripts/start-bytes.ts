import type { Metafile } from 'esbuild';

/**
 * Bytes that a function loads before its first request: its entry and every chunk imported statically from there.
 * What is imported late, or comes with Node, does not count. Throws an Error when the build has no entry.
 */
export const startBytes = ({ outputs }: Metafile): number => {
  const entry = Object.keys(outputs).find((path) => path.endsWith('/index.mjs'));
  if (entry === undefined) throw new Error('This build has no index.mjs.');
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { kind, external, path: next } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) load(next);
  };
  load(entry);
  return [...loaded].reduce((bytes, path) => bytes + (outputs[path]?.bytes ?? 0), 0);
};
