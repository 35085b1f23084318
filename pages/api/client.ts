import type { Problem } from '../../lib/http/response/problem.ts';

/** What an answer says of its refusal. Of one that never came, the status is 0. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The answer had the status ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The API of this origin, asked with one key, which stays in the closure. */
export interface Client {
  /** The answer as it comes, of a status below 300. Rejects with an ApiError. */
  readonly ask: (path: string, call?: Call) => Promise<Response>;
  /** The same as JSON; `undefined` where there is no content. */
  readonly json: <T>(path: string, call?: Call) => Promise<T>;
}

/** What stands before the paths of the API: deployed, its stage. */
export const basePath = (page: 'console' | 'docs'): string => location.pathname.replace(new RegExp(`/${page}/?$`), '');

const problemOf = async (response: Response): Promise<Partial<Problem>> => {
  const text = await response.text();
  try {
    return JSON.parse(text) as Partial<Problem>;
  } catch {
    return { title: response.statusText, detail: `The answer had the status ${response.status}.` };
  }
};

export const createClient = (base: string, key: string | null): Client => {
  const ask = async (path: string, { method = 'GET', body, headers = {}, signal }: Call = {}): Promise<Response> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(key === null ? {} : { 'x-api-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ApiError(0, { title: 'No answer', detail: 'The server does not answer. Is it running?' });
    });
    if (!response.ok) throw new ApiError(response.status, await problemOf(response));
    return response;
  };
  return {
    ask,
    async json<T>(path: string, call?: Call) {
      const response = await ask(path, call);
      const text = await response.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
  };
};

/** A query of what has a value. */
export const query = (values: Readonly<Record<string, string | number | null | undefined>>): string => {
  const set = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return set.length === 0
    ? ''
    : `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString()}`;
};
