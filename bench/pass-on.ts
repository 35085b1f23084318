import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Exchange } from '../local/simulated-claude/listen.ts';

export interface Passed {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Hands requests on to a server over connections that are kept, for what stands in between. */
export interface PassOn {
  /** `body`: in place of the request's own. */
  send(exchange: Exchange, body?: Buffer): Promise<Passed>;
  /** Lets go of the connections. */
  close(): void;
}

export const createPassOn = (endpoint: string): PassOn => {
  const agent = new Agent({ keepAlive: true });
  return {
    send({ method, path, headers, raw }, body = raw) {
      const passed: IncomingHttpHeaders = { ...headers, 'content-length': String(body.length) };
      const answer = Promise.withResolvers<Passed>();
      const sent = request(endpoint + path, { method, headers: passed, agent }, (response) => {
        const head = { status: response.statusCode ?? 502, headers: response.headers };
        buffer(response).then((whole) => answer.resolve({ ...head, body: whole }), answer.reject);
      });
      sent.once('error', answer.reject).end(body);
      return answer.promise;
    },
    close: () => agent.destroy(),
  };
};
