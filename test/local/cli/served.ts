import { dispatch } from '../../../local/cli/dispatch.ts';
import type { Shell } from '../../../local/cli/verb.ts';
import { createShell } from './shell.ts';

/** A request as the command sent it. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Calls `ballast` with these words, of a server that gives these answers one after the other. */
export const ballast = async (
  words: readonly string[],
  answers: readonly (Response | Error)[] = [],
  given: Partial<Shell> = {},
) => {
  const asked: Asked[] = [];
  const fetch = (async (url: string, init: { method: string; headers: Record<string, string>; body?: string }) => {
    const { method, headers, body } = init;
    asked.push({ method, url, headers, body: body === undefined ? undefined : JSON.parse(body) });
    const answer = answers[asked.length - 1] ?? new Error('nothing more is asked');
    if (answer instanceof Error) throw answer;
    return answer;
  }) as unknown as typeof globalThis.fetch;
  const { shell, said } = createShell({ fetch, ...given });
  const code = await dispatch(words, shell);
  return { code, asked, ...said };
};
