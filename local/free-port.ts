import { type AddressInfo, createServer } from 'node:net';

/** A port of the loopback address that was free a moment ago; whoever uses it must be ready to find it taken. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
