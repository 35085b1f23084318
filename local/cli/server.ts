import { join } from 'node:path';
import { nonEmpty, readDotEnv } from '../dot-env.ts';
import { Refused, type Shell } from './verb.ts';

/** The server that a verb asks, and as whom. */
export interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
}

/** Which server and key a verb means by its options, the environment and `.env`, by default that of `npm run dev`. */
export const serverOf = (
  { url, key }: { readonly url?: string | undefined; readonly key?: string | undefined },
  shell: Shell,
): Server => {
  const env = { ...readDotEnv(join(shell.directory, '.env')), ...nonEmpty(shell.env) };
  // A server on any free port is found by `--url` alone.
  const port = env['PORT'] === undefined || env['PORT'] === '0' ? '3000' : env['PORT'];
  const target = url ?? `http://localhost:${port}`;
  if (!URL.canParse(target) || !/^https?:$/.test(new URL(target).protocol))
    throw new Refused(`--url must be an http or https URL, as in http://localhost:3000, and is ${target}.`);
  return {
    url: target.replace(/\/+$/, ''),
    key: key ?? env['BALLAST_API_KEY'] ?? env['BALLAST_DEV_API_KEY'] ?? 'ballast-dev-key',
  };
};

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

const unreachable = ({ url }: Server, error: unknown): Refused => {
  const { hostname } = new URL(url);
  if (LOOPBACK.test(hostname))
    return new Refused(`Nothing answers at ${url}: start it with npm run dev, or name another by --url.`);
  const cause = (error as Error).cause as { readonly code?: string } | undefined;
  return new Refused(`Nothing answers at ${url} (${cause?.code ?? 'no connection'}): is --url right?`);
};

/** Sends a request. Rejects with `Refused` where nothing answers. */
export const send = async (
  server: Server,
  path: string,
  { accept, body }: { readonly accept: string; readonly body: object },
  { fetch }: Pick<Shell, 'fetch'>,
): Promise<Response> => {
  try {
    return await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': server.key, 'content-type': 'application/json', accept },
      body: JSON.stringify(body),
    });
  } catch (error) {
    // A header that cannot be sent is the key.
    if (error instanceof TypeError && error.cause === undefined)
      throw new Refused('--key must be visible ASCII characters without spaces.');
    throw unreachable(server, error);
  }
};
