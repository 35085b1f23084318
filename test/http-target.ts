import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenPost {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One answer of a target: a status with headers, once `after` has come; or what is done instead of answering. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly after?: PromiseLike<unknown>;
    }
  | 'hang'
  | 'cut';

/** A real HTTP server that others send to: it answers as scripted, the last answer again and again, and remembers all. */
export interface HttpTarget {
  readonly url: string;
  readonly seen: readonly SeenPost[];
  script(...answers: readonly Answer[]): void;
  /** Whether the request that was read last gets no answer. */
  readonly hanging: boolean;
  close(): Promise<void>;
}

const play = async (answer: Answer, response: ServerResponse): Promise<void> => {
  if (answer === 'hang') return;
  if (answer === 'cut') return void response.destroy();
  await answer.after;
  response.writeHead(answer.status, answer.headers).end(answer.body ?? '{}');
};

export const startHttpTarget = async (): Promise<HttpTarget> => {
  const seen: SeenPost[] = [];
  let hanging = false;
  let answers: readonly Answer[] = [{ status: 200 }];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    void text(request).then((body) => {
      const [answer = { status: 200 }, ...rest] = answers;
      if (rest.length > 0) answers = rest;
      hanging = answer === 'hang';
      seen.push({ method, path: url, headers, body });
      return play(answer, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    script: (...next) => void (answers = next),
    get hanging() {
      return hanging;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
