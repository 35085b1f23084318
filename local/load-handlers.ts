import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Handler } from './invoke.ts';
import { isStreaming } from './lambda-shim.ts';
import { loadingFailed } from './loading-error.ts';
import type { Route } from './routes.ts';
import { StartRefused } from './start-refused.ts';

/** What this code is written in: TypeScript in the repository, JavaScript in the package. */
const EXTENSION = extname(import.meta.url);

/** Imports one function, in the environment as it is now. Rejects with `StartRefused` where it is missing or broken. */
export const loadHandler = async (root: string, name: string): Promise<Handler> => {
  const file = `functions/${name}${EXTENSION}`;
  if (!existsSync(join(root, file))) throw new StartRefused(`serverless.yml names ${name}, but there is no ${file}.`);
  const loaded = (await import(pathToFileURL(join(root, file)).href).catch(async (error: unknown) => {
    throw await loadingFailed(file, error);
  })) as { handler?: unknown };
  if (typeof loaded.handler !== 'function') throw new StartRefused(`${file} exports no function named handler.`);
  return loaded.handler as Handler;
};

/**
 * Imports the function of every route, in the environment as it is now. Rejects with `StartRefused` where one is missing
 * or broken, or where the API would call it otherwise than it is written: deployed, each of its answers would be an error.
 */
export const loadHandlers = async (root: string, routes: readonly Route[]): Promise<Map<string, Handler>> => {
  const names = [...new Set(routes.map(({ definition }) => definition.name))];
  const handlers = new Map(
    await Promise.all(names.map(async (name) => [name, await loadHandler(root, name)] as const)),
  );
  for (const { definition, streaming, template } of routes) {
    if (isStreaming(handlers.get(definition.name)) === streaming) continue;
    const fault = streaming ? 'does not stream' : 'streams';
    throw new StartRefused(
      `functions/${definition.name}.ts ${fault}, and serverless.yml says otherwise: look at transferMode of ${template}.`,
    );
  }
  return handlers;
};
