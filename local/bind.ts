import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MachineRefused } from './start-refused.ts';

/** How often a free port of the first address may turn out to be taken on another. */
const PORT_TRIES = 10;

const NOT_HERE = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT']);

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown error';

const refusal = (error: unknown, host: string, port: number): MachineRefused => {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    return new MachineRefused(
      `Port ${port} is already in use: stop what listens there, or choose another, as in PORT=${port + 1} npm start.`,
    );
  }
  if (code === 'EACCES') return new MachineRefused(`Port ${port} needs more rights: set PORT to one above 1023.`);
  return new MachineRefused(
    `HOST=${host} is not an address of this machine (${code}): leave it out, or use 0.0.0.0 for all.`,
  );
};

/** Binds one server per host to one port. A host of a family that the machine lacks is left out, as long as another is there. */
const bindOnce = async (create: () => Server, hosts: readonly string[], wanted: number): Promise<Server[]> => {
  const bound: Server[] = [];
  let port = wanted;
  let missing: unknown;
  for (const host of hosts) {
    const server = create();
    try {
      port = await listen(server, host, port);
      bound.push(server);
    } catch (error) {
      if (hosts.length > 1 && NOT_HERE.has(codeOf(error))) {
        missing = error;
        continue;
      }
      for (const other of bound) other.close();
      throw error;
    }
  }
  if (bound.length === 0) throw missing;
  return bound;
};

/** Listens on all hosts at one port, `0` being any that is free on each. Rejects with `StartRefused`, listening nowhere. */
export const bindAll = async (
  create: () => Server,
  hosts: readonly string[],
  port: number,
): Promise<{ readonly servers: readonly Server[]; readonly port: number }> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const servers = await bindOnce(create, hosts, port);
      return { servers, port: (servers[0]?.address() as AddressInfo).port };
    } catch (error) {
      const again = port === 0 && attempt < PORT_TRIES && codeOf(error) === 'EADDRINUSE';
      if (!again) throw refusal(error, hosts.join(', '), port);
    }
  }
};
