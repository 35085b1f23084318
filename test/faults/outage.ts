import { setTimeout as pause } from 'node:timers/promises';
import type { TestServer } from '../api/start-server.ts';
import { serverNow, stretch } from '../stretched.ts';

/** One answer of a server, and when, in the server's time (epoch milliseconds). */
export interface Told {
  readonly at: number;
  readonly status: number;
  readonly code: unknown;
  readonly ms: number;
}

export interface Load {
  /** Default: the agent's own. */
  readonly model?: string;
  readonly servers: readonly TestServer[];
  /** Each waits for its answer before it asks again, and always asks the same server. */
  readonly clients: number;
  /** Of each client. */
  readonly requests: number;
  /** A client's pause between an answer and its next request. */
  readonly pauseMs: number;
}

/** One run, to whatever end. */
export const askOnce = async (server: TestServer, model?: string): Promise<Told> => {
  const startedAt = performance.now();
  const response = await server.run({ task: 'What is ballast?', model });
  const { code } = (await response.json()) as { code?: unknown };
  return { at: serverNow(), status: response.status, code, ms: (performance.now() - startedAt) / stretch() };
};

/** Puts the load on the servers; resolves with all answers. */
export const askAll = async ({ servers, clients, requests, pauseMs, model }: Load): Promise<Told[]> => {
  const client = async (number: number): Promise<Told[]> => {
    const told: Told[] = [];
    const server = servers[number % servers.length]!;
    for (let request = 0; request < requests; request += 1) {
      if (request > 0) await pause(pauseMs * stretch());
      told.push(await askOnce(server, model));
    }
    return told;
  };
  return (await Promise.all(Array.from({ length: clients }, (_, number) => client(number)))).flat();
};

/** What an upstream's log of one model says about the circuit before it. */
export interface Phases {
  /** Attempts up to a break after the one that reached the threshold: those that opened the circuit, and those under way meanwhile. */
  readonly opening: number;
  /** Whole break durations between each later attempt and the one before it; under 1, it came while the circuit was open. */
  readonly breaks: readonly number[];
}

/** Splits the instants of the attempts at one model, in their order, all of them failures. */
export const phasesOf = (instants: readonly number[], threshold: number, breakMs: number): Phases => {
  const reachedAt = instants[threshold - 1] ?? Infinity;
  const opening = instants.filter((at) => at < reachedAt + breakMs).length;
  const later = instants.slice(opening);
  // The first probe is measured from the failure that opened the circuit, not from those that came late.
  return { opening, breaks: later.map((at, n) => (at - (n === 0 ? reachedAt : later[n - 1]!)) / breakMs) };
};
