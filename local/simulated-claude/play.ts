import type { ServerResponse } from 'node:http';
import { type Clock, sleep } from '../../lib/kernel/clock.ts';
import type { Send, Step } from './steps.ts';

/** A reset overtakes bytes that the client has not read yet: long enough for a loopback reader to take them first. */
const BEFORE_RESET_MS = 20;

/** A turn of the event loop after each write keeps pieces apart for a client in the same process. */
const write = (response: ServerResponse, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => response.write(bytes, () => setImmediate(resolve)));

/** Settles with the gate, or rejects when the client leaves first. */
const opened = (gate: Promise<unknown>, signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    gate.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });

export interface Played {
  readonly clock: Clock;
  /** Aborts when the client has left or the server closes. */
  readonly signal: AbortSignal;
  /** On every head, besides its own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onSent?: (sent: Send) => void;
}

/** Does the steps on a connection, in their order, until the client has left or a step ends the answer. */
export const play = async (steps: Iterable<Step>, response: ServerResponse, played: Played): Promise<void> => {
  const { clock, signal } = played;
  for (const step of steps) {
    if (signal.aborted) return;
    switch (step.do) {
      case 'head':
        response.writeHead(step.status, { ...played.headers, ...step.headers });
        response.flushHeaders();
        break;
      case 'send':
        if (step.bytes.length > 0) await write(response, step.bytes);
        if (!signal.aborted) played.onSent?.(step);
        break;
      case 'wait':
        await sleep(clock, step.ms, signal).catch(() => undefined);
        break;
      case 'await':
        await opened(step.arrive(), signal).catch(() => undefined);
        break;
      case 'end':
        response.end();
        return;
      case 'reset':
        if (response.headersSent) await sleep(clock, BEFORE_RESET_MS, signal).catch(() => undefined);
        response.socket?.resetAndDestroy();
        return;
      case 'hold':
        return;
    }
  }
};
