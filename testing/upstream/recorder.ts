import type { IncomingHttpHeaders } from 'node:http';
import type { TokenCounts } from '../../local/simulated-claude/wire.ts';

/** A request as the upstream saw it, and what it has sent back so far. */
export interface SeenRequest {
  /** Epoch milliseconds, when it was read to its end. */
  readonly at: number;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** `null` when the body names none. */
  readonly model: string | null;
  /** Parsed; `undefined` when it is no JSON. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly raw: Buffer;
  /** Whether the client left before the answer's end; not where the script itself tore the connection down. */
  readonly aborted: boolean;
  /** The types of the pieces sent so far. */
  readonly sent: readonly string[];
  /** What the upstream would bill for what it has sent so far; `null`: nothing. */
  readonly billed: TokenCounts | null;
}

export type Recording = { -readonly [Key in keyof SeenRequest]: SeenRequest[Key] } & { sent: string[] };

export interface Recorder {
  readonly requests: readonly SeenRequest[];
  add(request: Recording): void;
  /** Runs `change`, then wakes whoever waits for it. */
  update(change: () => void): void;
  /** Resolves once `condition` holds. */
  until(condition: () => boolean): Promise<void>;
}

export const createRecorder = (): Recorder => {
  const requests: Recording[] = [];
  let waiting: { readonly condition: () => boolean; readonly resolve: () => void }[] = [];
  const wake = () => {
    const due = waiting.filter(({ condition }) => condition());
    waiting = waiting.filter((each) => !due.includes(each));
    for (const { resolve } of due) resolve();
  };
  return {
    requests,
    add: (request) => {
      requests.push(request);
      wake();
    },
    update: (change) => {
      change();
      wake();
    },
    until: (condition) =>
      new Promise((resolve) => {
        waiting.push({ condition, resolve });
        wake();
      }),
  };
};
