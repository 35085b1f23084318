import { readdir, readFile } from 'node:fs/promises';

/** Where functions import what is deployed with them, but for the app: that one reads the environment, and the agents. */
const IMPORT = /from '(\.\.\/lib\/(?!app\/)[^']+)'/g;

/**
 * Loads what of the functions depends on no agent and no setting, so that whoever waits to be started has it then. What is
 * broken is shown where it is needed.
 */
export const preload = async (): Promise<void> => {
  const folder = new URL('../functions/', import.meta.url);
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8').catch(() => '')));
  const imported = new Set(texts.flatMap((text) => [...text.matchAll(IMPORT)].map(([, specifier = '']) => specifier)));
  await Promise.allSettled([
    ...[...imported].map((specifier) => import(new URL(specifier, folder).href) as Promise<unknown>),
    import('../lib/app/core.ts'),
    import('../lib/app/stores.ts'),
    import('../lib/run/sync-run.ts'),
    import('../lib/model-call/model-call.ts'),
  ]);
};
