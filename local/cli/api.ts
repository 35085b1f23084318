import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { describeProblem, isProblem } from './problem.ts';
import { send, type Sent, type Server } from './server.ts';
import { Refused, type Shell } from './verb.ts';

/** The API of a server, as its answers: JSON as a value, text as it is. */
export interface Api {
  readonly server: Server;
  /** Rejects with `Refused`, in the words of the problem, where it is refused. */
  ask(path: string, sent?: Partial<Sent>): Promise<unknown>;
  /** The answer itself, for what is read while it comes; rejects likewise. */
  open(path: string, sent: Sent): Promise<Response>;
}

/** The API refused, in its own words; `code` is the problem's. */
export class RefusedByApi extends Refused {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** A path with its query; what is `undefined` is left out. */
export const withQuery = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const search = new URLSearchParams(
    Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  return search.size === 0 ? path : `${path}?${search.toString()}`;
};

export const createApi = (server: Server, shell: Pick<Shell, 'fetch'>): Api => {
  const open = async (path: string, sent: Sent): Promise<Response> => {
    const response = await send(server, path, sent, shell);
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => null);
    if (isProblem(body)) throw new RefusedByApi(printable(describeProblem(body)), body.code);
    throw new Refused(
      `What answers at ${server.url} is no Ballast, or was stopped (${response.status}): is --url right?`,
    );
  };
  return {
    server,
    open,
    async ask(path, sent = {}) {
      const response = await open(path, { accept: 'application/json', ...sent });
      const text = await response.text();
      if (!response.headers.get('content-type')?.includes('json')) return text;
      return JSON.parse(text) as unknown;
    },
  };
};
