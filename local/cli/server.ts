import { join } from 'node:path';
import { nonEmpty, readDotEnv } from '../dot-env.ts';
import { Refused, type Shell } from './verb.ts';

/** The server that a verb asks, and as whom. */
export interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/** Whether a server is of this machine. */
export const isHere = (url: string): boolean => LOOPBACK.test(new URL(url).hostname);

interface Named {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Which server and key a verb means by its options, the environment and `.env`; by default the local one, with its
 * development key. `administers`: with the key of an administrator. Throws `Refused` where another server has no key.
 */
export const serverOf = ({ url, key }: Named, shell: Pick<Shell, 'directory' | 'env'>, administers = false): Server => {
  const env = { ...readDotEnv(join(shell.directory, '.env')), ...nonEmpty(shell.env) };
  // A server on any free port is found by `--url` alone.
  const port = env['PORT'] === undefined || env['PORT'] === '0' ? '3000' : env['PORT'];
  const target = url ?? env['BALLAST_URL'] ?? `http://localhost:${port}`;
  if (!URL.canParse(target) || !/^https?:$/.test(new URL(target).protocol))
    throw new Refused(`--url must be an http or https URL, as in http://localhost:3000, and is ${target}.`);
  const developers = administers
    ? (env['BALLAST_DEV_ADMIN_KEY'] ?? 'ballast-dev-admin-key')
    : (env['BALLAST_DEV_API_KEY'] ?? 'ballast-dev-key');
  const own = administers ? (env['BALLAST_ADMIN_KEY'] ?? env['BALLAST_API_KEY']) : env['BALLAST_API_KEY'];
  const found = key ?? own ?? (isHere(target) ? developers : undefined);
  if (found === undefined)
    throw new Refused(
      `${target} needs a key: give it by ${administers ? 'BALLAST_ADMIN_KEY, BALLAST_API_KEY' : 'BALLAST_API_KEY'} or --key.`,
    );
  return { url: target.replace(/\/+$/, ''), key: found };
};

const unreachable = ({ url }: Server, error: unknown): Refused => {
  if (isHere(url))
    return new Refused(`Nothing answers at ${url}: start it with npm run dev, or name another by --url.`);
  const cause = (error as Error).cause as { readonly code?: string } | undefined;
  return new Refused(`Nothing answers at ${url} (${cause?.code ?? 'no connection'}): is --url right?`);
};

export interface Sent {
  /** Default: `POST` with a body, else `GET`. */
  readonly method?: string;
  readonly accept: string;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request. Rejects with `Refused` where nothing answers. */
export const send = async (
  server: Server,
  path: string,
  { method, accept, body, headers = {} }: Sent,
  { fetch }: Pick<Shell, 'fetch'>,
): Promise<Response> => {
  try {
    return await fetch(`${server.url}${path}`, {
      // The key would follow to wherever it leads.
      redirect: 'error',
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { 'x-api-key': server.key, 'content-type': 'application/json', accept, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    // A header that cannot be sent is the key.
    if (error instanceof TypeError && error.cause === undefined)
      throw new Refused('--key must be visible ASCII characters without spaces.');
    throw unreachable(server, error);
  }
};
