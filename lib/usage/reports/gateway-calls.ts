import { readCursor, writeCursor } from '../../kernel/cursor.ts';
import { AppError } from '../../kernel/errors.ts';
import { type PicoUsd, plus } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import { estimatedPartOf, GATEWAY, type UsageRecord, type UsageStore } from '../record.ts';
import { HOUR_MS, startOfHour } from './time-range.ts';

/** How far back calls are looked for. */
const HOURS = 24;

/** Records read for one answer, among them those of runs: 5 MB at most. */
const MAX_READ = 5_000;

/** What a client of the gateway asked, with all attempts at it. */
export interface GatewayCall {
  readonly callId: string;
  /** Epoch milliseconds of its first attempt. */
  readonly at: number;
  readonly keyId: string;
  /** The model of its last attempt. */
  readonly model: string;
  readonly attempts: number;
  /** Whether one of them got a complete answer. */
  readonly answered: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: PicoUsd;
  readonly estimated: PicoUsd;
}

export interface CallsPage {
  /** Newest first. */
  readonly calls: readonly GatewayCall[];
  /** Also where only runs were met on the way; `null`: there are no older ones. */
  readonly nextCursor: string | null;
}

/** The calls of a tenant in the last 24 hours, by the books. A call whose attempts lie in two hours may be two of them. */
export type GatewayCalls = (
  tenantId: string,
  page: { readonly limit: number; readonly cursor: string | null },
  now: number,
) => Promise<CallsPage>;

interface Place {
  readonly hour: number;
  /** Only what is below this id; `null`: all. */
  readonly below: string | null;
}

const written = ({ hour, below }: Place): string => writeCursor(`${hour} ${below ?? ''}`);

const placeIn = (cursor: string): Place => {
  const [, hour, below] = /^(\d{13}) (run_[\w:.-]{1,100})?$/.exec(readCursor(cursor) ?? '') ?? [];
  if (hour === undefined)
    throw new AppError('invalid-request', safe`The query is not valid; see errors.`, {
      issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer` }],
    });
  return { hour: startOfHour(Number(hour)), below: below ?? null };
};

/** What corrects an attempt later is none by itself. */
const attemptsIn = ({ attemptId }: UsageRecord): number => (attemptId.endsWith(':adjusted') ? 0 : 1);

const callOf = (record: UsageRecord): GatewayCall => ({
  callId: record.runId,
  at: record.at,
  keyId: record.keyId,
  model: record.model,
  attempts: attemptsIn(record),
  answered: record.answered,
  inputTokens: record.tokens.inputTokens,
  outputTokens: record.tokens.outputTokens,
  cost: record.cost,
  estimated: estimatedPartOf(record),
});

/** A call with an attempt that was made before those that are in it. */
const withEarlier = (call: GatewayCall, record: UsageRecord): GatewayCall => ({
  ...call,
  at: Math.min(call.at, record.at),
  attempts: call.attempts + attemptsIn(record),
  answered: call.answered || record.answered,
  inputTokens: call.inputTokens + record.tokens.inputTokens,
  outputTokens: call.outputTokens + record.tokens.outputTokens,
  cost: plus(call.cost, record.cost),
  estimated: plus(call.estimated, estimatedPartOf(record)),
});

export const createGatewayCalls =
  (usage: Pick<UsageStore, 'downInHour'>): GatewayCalls =>
  async (tenantId, { limit, cursor }, now) => {
    const newest = startOfHour(now);
    const from = cursor === null ? { hour: newest, below: null } : placeIn(cursor);
    const calls: GatewayCall[] = [];
    let read = 0;
    for (let hour = Math.min(from.hour, newest); hour > newest - HOURS * HOUR_MS; hour -= HOUR_MS) {
      let below = hour === from.hour ? from.below : null;
      for await (const record of usage.downInHour(tenantId, hour, below)) {
        const last = calls.at(-1);
        const isOfLast = last?.callId === record.runId;
        if (!isOfLast && (calls.length >= limit || read >= MAX_READ))
          return { calls, nextCursor: written({ hour, below }) };
        if (isOfLast) calls[calls.length - 1] = withEarlier(last, record);
        else if (record.agent === GATEWAY) calls.push(callOf(record));
        read += 1;
        below = record.attemptId;
      }
    }
    return { calls, nextCursor: null };
  };
