import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `hangs`: no answer at all. */
export type UnpaidAnswer =
  { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> } | 'hangs';

export interface UnpaidUpstream extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** What the provider answers for nothing, by hand: `answer` is asked once a request. */
export const startUnpaidUpstream = async (answer: (asked: Asked) => UnpaidAnswer): Promise<UnpaidUpstream> => {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      const one = { method, target, headers, body: Buffer.concat(parts).toString() };
      asked.push(one);
      const answered = answer(one);
      if (answered === 'hangs') return;
      response.writeHead(answered.status, { 'content-type': 'application/json', ...answered.headers });
      response.end(answered.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** A refusal in the provider's envelope. */
export const refusedBy = (status: number, type: string, message: string, headers = {}): UnpaidAnswer => ({
  status,
  headers,
  body: JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_upstream' }),
});
