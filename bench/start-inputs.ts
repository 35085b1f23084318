import type { Metafile } from 'esbuild';

/** What `run-agent` may load before its first request, in bytes: the bound of what the project promises. */
export const START_BYTES_LIMIT = 415 * 1024;

/** Source files of which anything is loaded before the first request, by their paths from the project's directory. */
export const startInputs = ({ outputs }: Metafile): string[] => {
  const entry = Object.keys(outputs).find((path) => path.endsWith('/index.mjs'));
  if (entry === undefined) throw new Error('This build has no index.mjs.');
  const loaded = new Set([entry]);
  // A set may grow while it is walked, and the walk then comes to what was added.
  for (const path of loaded)
    for (const { kind, external, path: next } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) loaded.add(next);
  const inputs = [...loaded].flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}));
  return inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
};
