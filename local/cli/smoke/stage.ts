import type { Clock } from '../../../lib/kernel/clock.ts';
import type { Shell } from '../verb.ts';

/** An answer, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `null`: it is none. */
  readonly json: unknown;
  /** The code of a problem, or the type of an error of the gateway; `null`: it is neither. */
  readonly code: string | null;
}

export interface Question {
  readonly method?: string;
  readonly body?: unknown;
  /** In place of a body: so many bytes of a task. */
  readonly bytes?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: yes. */
  readonly withKey?: boolean;
  readonly signal?: AbortSignal;
}

/** The API of a stage, as one caller sees it. */
export interface Stage {
  readonly url: string;
  /** Rejects where the connection breaks. */
  ask(path: string, question?: Question): Promise<Reply>;
  /** The answer itself, to be read while it comes. */
  open(path: string, question?: Question): Promise<Response>;
}

export interface StageOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
  readonly fetch: Shell['fetch'];
  readonly clock: Clock;
}

/** How often a call is sent again that the stage was too busy for. */
const MAX_WAITS = 5;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const codeOf = (json: unknown): string | null => {
  const { code, error } = (json ?? {}) as { readonly code?: unknown; readonly error?: { readonly type?: unknown } };
  if (typeof code === 'string') return code;
  return typeof error?.type === 'string' ? error.type : null;
};

const bodyOf = ({ body, bytes }: Question): string | undefined => {
  if (bytes !== undefined) return JSON.stringify({ task: 'x'.repeat(bytes) });
  return body === undefined ? undefined : JSON.stringify(body);
};

/** Speaks to the API. A call that API Gateway refuses because the stage takes no more at a time is sent again. */
export const createStage = ({ url, key, fetch, clock }: StageOptions): Stage => {
  const send = (path: string, question: Question): Promise<Response> => {
    const { method, headers = {}, withKey = true, signal } = question;
    const body = bodyOf(question);
    return fetch(`${url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      // The key would follow to wherever it leads.
      redirect: 'manual',
      headers: { ...(withKey && { 'x-api-key': key }), 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
  const read = async (response: Response): Promise<Reply> => {
    const { status, headers } = response;
    const text = await response.text();
    const json = parsed(text);
    return { status, headers, text, json, code: codeOf(json) };
  };
  /** A kept connection may be closed by the other side just when it is used: what only reads is sent once more. */
  const sendAgain = (path: string, question: Question): Promise<Response> =>
    send(path, question).catch((error: unknown) => {
      if ((question.method ?? 'GET') !== 'GET' || bodyOf(question) !== undefined) throw error;
      return send(path, question);
    });
  return {
    url,
    open: (path, question = {}) => send(path, question),
    async ask(path, question = {}) {
      for (let waits = 0; ; waits += 1) {
        const reply = await read(await sendAgain(path, question));
        // A limit of the tenant's own has this header, and is what was asked for.
        const isThrottled = reply.status === 429 && !reply.headers.has('anthropic-ratelimit-requests-limit');
        if (!isThrottled || waits === MAX_WAITS) return reply;
        await new Promise<void>((resolve) => void clock.after(1_000, resolve));
      }
    },
  };
};
