import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Scope } from '../../lib/kernel/forms/scopes.ts';
import type { Client } from '../api/client.ts';
import type { Caller } from '../api/types.ts';

/** What `GET /` tells of a stage. */
export interface Stage {
  readonly version: string;
  readonly claude: 'real' | 'simulated';
}

export interface Session {
  readonly client: Client;
  readonly stage: Stage;
  readonly caller: Caller;
  /** The URL of the API, for commands to copy. */
  readonly url: string;
}

export const SessionContext = createContext<Session | null>(null);

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('Nobody has signed in.');
  return session;
};

const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/** The name of the stage, for commands to copy: what the path of the API begins with, and a blank to fill in on a domain of one's own; `null` on one's own machine. */
export const stageOf = ({ url }: Pick<Session, 'url'>): string | null => {
  const { hostname, pathname } = new URL(url);
  if (LOCAL.test(hostname)) return null;
  return pathname.split('/').at(-1) || '<stage>';
};

/** Whether the key has one of these scopes. */
export const useMay = (...scopes: readonly Scope[]): boolean => {
  const { caller } = useSession();
  return scopes.some((scope) => caller.scopes.includes(scope));
};

/** A command to copy: the key comes from the environment of whoever runs it. */
export const curl = (url: string, path: string, { method, body }: { method?: string; body?: unknown } = {}): string =>
  [
    `curl -s ${method === undefined || (method === 'POST' && body !== undefined) ? '' : `-X ${method} `}'${url}${path}' -H "x-api-key: $BALLAST_API_KEY"`,
    ...(body === undefined
      ? []
      : [`-H 'content-type: application/json'`, `-d '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`]),
  ].join(' \\\n  ');
