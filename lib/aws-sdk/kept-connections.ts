import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ageMs, type Mark, markOf } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Environment } from '../kernel/environment.ts';
import { limitTime, timedOut } from './time-limit.ts';

/** Connections of a process to one service; more requests than that wait for one. The SDK's own default. */
const MAX_SOCKETS = 50;

/** Longest time to a connection. */
const CONNECT_MS = 1_000;

/**
 * A connection that nobody used for so long is not used again. A function freezes between requests, and what the other side
 * or a network in between has closed meanwhile is seen only when the next request breaks on it. A judgement: far above the
 * pauses of an environment that is busy, and a new connection costs one that was idle for so long little.
 */
const IDLE_MS = 20_000;

/** Connections that are kept, as a handler of the SDK takes them. */
export interface KeptConnections {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
  /** Lets go of those that nobody used for 20 s. To be called before each request. */
  dropIdle(): void;
}

const isSecure = (socket: Duplex): socket is TLSSocket => 'encrypted' in socket;

const bounded = <Agent extends http.Agent>(agent: Agent, clock: Clock): Agent => {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...asked) => {
    const socket = connect(...asked);
    if (socket === null || socket === undefined) return socket;
    const limit = limitTime(clock, CONNECT_MS, () => socket.destroy(timedOut('A connection')));
    socket.once(isSecure(socket) ? 'secureConnect' : 'connect', () => limit.stop());
    socket.once('close', () => limit.stop());
    return socket;
  };
  return agent;
};

/** `proxyEnv`: the variables that name proxies; default: it goes by none. */
export const createKeptConnections = (clock: Clock, proxyEnv: Environment = {}): KeptConnections => {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, proxyEnv };
  const httpAgent = bounded(new http.Agent(options), clock);
  const httpsAgent = bounded(new https.Agent(options), clock);
  const agents = [httpAgent, httpsAgent];
  const freed = new WeakMap<Duplex, Mark>();
  for (const agent of agents) agent.on('free', (socket: Duplex) => void freed.set(socket, markOf(clock)));
  return {
    httpAgent,
    httpsAgent,
    dropIdle() {
      for (const sockets of agents.flatMap(({ freeSockets }) => Object.values(freeSockets)))
        for (const socket of sockets ?? []) {
          const since = freed.get(socket);
          if (since !== undefined && ageMs(clock, since) > IDLE_MS) socket.destroy();
        }
    },
  };
};
