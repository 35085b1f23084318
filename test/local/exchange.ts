import { connect, type Socket } from 'node:net';

export interface RawClient {
  readonly socket: Socket;
  /** Resolves with all that was received once it satisfies `wanted`, rejects when the connection ends before. */
  until(wanted: (received: string) => boolean): Promise<string>;
  /** Resolves with all that was received when the server closes the connection. */
  readonly closed: Promise<string>;
}

/** A client that sends bytes as they are, for what no proper client would send. */
export const connectRaw = (port: number): RawClient => {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  const waiting = new Set<() => void>();
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    for (const look of waiting) look();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  return {
    socket,
    closed,
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!wanted(received)) return;
          waiting.delete(look);
          resolve(received);
        };
        waiting.add(look);
        void closed.then(() => reject(new Error(`the connection ended after ${JSON.stringify(received)}`)));
        look();
      }),
  };
};

/** Whether a whole answer with a `content-length` is in. */
export const answered = (received: string): boolean => {
  const [head = '', ...body] = received.split('\r\n\r\n');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return length !== undefined && body.join('\r\n\r\n').length >= Number(length);
};
