import type { Clock } from '../../../lib/kernel/clock.ts';
import { parseUsd, type PicoUsd } from '../../../lib/kernel/money.ts';
import { printable } from '../../../lib/telemetry/terminal/printable.ts';
import type { Reply, Stage } from './stage.ts';

/** A call that was made to be paid for. */
export interface PaidCall {
  readonly of: 'run' | 'message';
  /** What it has cost, as its answer says; `null`: it was not answered, or does not say. */
  cost: PicoUsd | null;
}

/** What the two books of a tenant say of this month, and what one of them says of the runs of this smoke test. */
export interface Books {
  /** The instant at which the month ends. */
  readonly month: string;
  /** What the budgets have counted. */
  readonly spent: PicoUsd;
  /** What the records of usage add up to. */
  readonly used: PicoUsd;
  readonly runs: { readonly count: number; readonly cost: PicoUsd };
}

/** What the checks of one smoke test share. */
export interface Smoke {
  readonly stage: Stage;
  /** With the key of an administrator; `null`: there is none. */
  readonly admin: Stage | null;
  /** The same API with another key. */
  readonly withKey: (key: string) => Stage;
  readonly clock: Clock;
  /** How long a stream is left without a word. */
  readonly quietMs: number;
  /** How long is waited for what should come at once. */
  readonly patienceMs: number;
  /** No two runs of this test, and no two tests, have the same. */
  readonly nonce: string;
  /** What is made once and looked at by several checks. Rejects for each of them alike. */
  readonly once: <T>(name: string, make: () => Promise<T>) => Promise<T>;
  readonly paid: PaidCall[];
  /** The books before all checks; `null`: nobody read them. */
  readonly before: Books | null;
  /** Whether each target of alarms gets a test message. */
  readonly testsAlarms: boolean;
}

export interface SmokeCheck {
  /** What holds where it is ok. */
  readonly what: string;
  /** The scope that its key needs. */
  readonly scope?: string;
  /** Resolves with what was seen. Rejects with `Failed`, or `Skipped`. */
  readonly run: (smoke: Smoke) => Promise<string>;
}

/** It does not hold; the message says what was seen instead. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

/** It cannot be seen here; the message says why. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

const excerpt = (text: string): string => printable(text.slice(0, 120)).replaceAll(/\s+/g, ' ');

/** Throws `Failed` where an answer has another status. */
export const expectStatus = (reply: Reply, status: number, of: string): void => {
  if (reply.status === status) return;
  const code = reply.code === null ? excerpt(reply.text) : reply.code;
  throw new Failed(`${of} is answered with ${reply.status}${code === '' ? '' : ` (${code})`}, and not with ${status}.`);
};

/** Throws `Failed` where something does not hold. */
export const expectThat = (holds: boolean, says: string): void => {
  if (!holds) throw new Failed(says);
};

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));

export interface RunBody {
  readonly runId: string;
  readonly status: string;
  readonly output?: string;
  readonly usage: { readonly costUsd: string };
}

/** Notes a call before it is made, so that the books know of it whatever becomes of it. */
export const paidCall = ({ paid }: Smoke, of: PaidCall['of']): PaidCall => {
  const call: PaidCall = { of, cost: null };
  paid.push(call);
  return call;
};

/** What a run has cost, as it says itself. */
export const costOf = ({ usage }: RunBody): PicoUsd => parseUsd(usage.costUsd);

/** An answer to any task is enough; this one is short. */
export const TASK = 'Say only: ready';

/** What a paid call may cost at most, in US dollars; it costs a small part of that. */
export const MOST_USD = '0.05';

interface Agents {
  readonly agents: readonly {
    readonly name: string;
    readonly tools: readonly { readonly requiresApproval: boolean }[];
  }[];
}

/** An agent that waits for nobody. */
export const agentOf = ({ stage, once }: Smoke): Promise<string> =>
  once('agent', async () => {
    const { agents } = (await stage.ask('/agents')).json as Agents;
    const free = agents.find(({ tools }) => !tools.some(({ requiresApproval }) => requiresApproval));
    if (free === undefined) throw new Skipped('Every agent has a tool that waits for an approval.');
    return free.name;
  });

/** By this name of its metadata the books know the runs of a smoke test. */
export const MARK = 'smoke';

/** The body of a run that costs as little as one can. */
export const cheapRun = async (smoke: Smoke) => ({
  agent: await agentOf(smoke),
  task: TASK,
  metadata: { [MARK]: smoke.nonce },
  complexity: 'simple',
  maxModelCalls: 2,
  maxCostUsd: MOST_USD,
});
