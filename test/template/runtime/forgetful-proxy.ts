import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands between a function and a server, as a NAT gateway does. */
export interface ForgetfulProxy {
  readonly url: string;
  /** How often a client has sent something. */
  sent(): number;
  /** Ends every connection, as a server does that has waited for long enough. */
  cut(): void;
  /** Forgets every connection without a word: what comes on one of them is answered with a reset. */
  forget(): void;
  /** From now on, whether what clients send goes no further. */
  hold(isHeld: boolean): void;
  /** How often it was forgotten. */
  resets(): number;
  close(): Promise<void>;
}

export const startForgetfulProxy = async (target: string): Promise<ForgetfulProxy> => {
  const { port, hostname } = new URL(target);
  const known = new Set<Socket>();
  const all = new Set<Socket>();
  let [sent, resets] = [0, 0];
  let held = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    known.add(client);
    for (const socket of [client, upstream]) {
      all.add(socket);
      socket.once('close', () => all.delete(socket)).on('error', () => undefined);
    }
    client.on('data', (piece) => {
      sent += 1;
      if (held) return;
      if (known.has(client)) return void upstream.write(piece);
      resets += 1;
      client.resetAndDestroy();
    });
    upstream.on('data', (piece) => void client.write(piece));
    client.once('close', () => upstream.destroy());
    // Of a connection that was forgotten the client hears nothing.
    upstream.once('close', () => known.has(client) && client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    cut: () => {
      for (const socket of all) socket.destroy();
    },
    forget: () => known.clear(),
    hold: (isHeld) => (held = isHeld),
    resets: () => resets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of all) socket.destroy();
      }),
  };
};
