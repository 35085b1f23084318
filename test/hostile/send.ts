import { Agent, request as httpRequest } from 'node:http';
import { bodyFaults, headFaults } from '../openapi/answer-faults.ts';
import type { HostileRequest } from './mutations.ts';

export interface Heard {
  readonly status: number;
  readonly text: string;
  /** What of the answer is not as the OpenAPI description says. */
  readonly faults: readonly string[];
}

/** A stream may go on for as long as its run: so much of it is heard. */
const STREAM_MS = 200;

/** No client waits longer; a verdict only on a server that never answers. */
const HANG_MS = 120_000;

/** Sends requests as they are, which `fetch` would mend; keeps its connections. */
export const createSender = (url: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const { hostname, port } = new URL(url);
  const send = ({ method, target, headers, body }: HostileRequest): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = { agent, hostname, port, method, path: target, headers: { ...headers, ...length } };
      const asked = { method, path: target.split('?')[0] ?? '' };
      const request = httpRequest(options, (response) => {
        const { statusCode: status = 0, headers: named } = response;
        const header = (name: string) => (named[name] === undefined ? null : String(named[name]));
        const isStream = header('content-type')?.startsWith('text/event-stream') === true;
        let text = '';
        const end = () => {
          clearTimeout(leaving);
          const head = { status, header };
          resolve({ status, text, faults: [...headFaults(asked, head), ...bodyFaults(asked, head, text)] });
        };
        const leave = () => {
          response.removeListener('end', end);
          end();
          request.destroy();
        };
        const leaving = isStream ? setTimeout(leave, STREAM_MS) : undefined;
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (text += piece));
        response.on('end', end);
        response.on('error', reject);
      });
      request.setTimeout(HANG_MS, () => request.destroy(new Error(`nothing came for ${HANG_MS} ms`)));
      request.on('error', reject);
      request.end(body ?? undefined);
    });
  return { send, close: () => agent.destroy() };
};
