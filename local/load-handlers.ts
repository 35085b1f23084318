import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nameError } from '../lib/telemetry/describe-error.ts';
import type { Handler } from './invoke.ts';
import { isStreaming } from './lambda-shim.ts';
import type { Route } from './routes.ts';
import { StartRefused } from './start-refused.ts';

const PROJECT = new URL('../', import.meta.url).href;

/** A user's own file first: a mistake in the definition of an agent is thrown in `lib`, and mended in `agents`. */
const placeIn = (stack: string): string | undefined => {
  const inProject = stack.replaceAll(PROJECT, './');
  return (/(?<=\.\/)agents\/[\w./-]+\.ts:\d+/.exec(inProject) ?? /(?:[\w.-]+\/)?[\w.-]+\.ts:\d+/.exec(stack))?.[0];
};

/**
 * Why code could not be loaded. A plain Error is a refusal in its own words, such as of a wrong variable; any other
 * is about code that was just written, where the place stands in for a stack.
 */
export const loadingFailed = (what: string, error: unknown): StartRefused => {
  const [said = ''] = error instanceof Error ? error.message.split('\n') : [];
  if (error instanceof Error && error.constructor === Error) return new StartRefused(said, { cause: error });
  const place = error instanceof Error ? placeIn(error.stack ?? '') : undefined;
  const at = place === undefined ? '' : ` at ${place}`;
  return new StartRefused(`${what} cannot be loaded (${nameError(error)}${at}): ${said.replace(/\.$/, '')}.`, {
    cause: error,
  });
};

/** Imports one function, in the environment as it is now. Rejects with `StartRefused` where it is missing or broken. */
export const loadHandler = async (root: string, name: string): Promise<Handler> => {
  const file = `functions/${name}.ts`;
  if (!existsSync(join(root, file))) throw new StartRefused(`serverless.yml names ${name}, but there is no ${file}.`);
  const loaded = (await import(pathToFileURL(join(root, file)).href).catch((error: unknown) => {
    throw loadingFailed(file, error);
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
