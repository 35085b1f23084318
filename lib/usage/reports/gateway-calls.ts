import { createHash } from 'node:crypto';
import { readCursor, writeCursor } from '../../kernel/cursor.ts';
import { AppError } from '../../kernel/errors.ts';
import { bookedNameIn } from '../../kernel/ids/pseudonym.ts';
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
  /** The end user as the books have them; `null`: none was named. */
  readonly user: string | null;
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

/** What calls are asked for; what is left out is any. */
export type CallFilter = Readonly<Partial<Pick<GatewayCall, 'model' | 'keyId' | 'answered'> & { user: string }>>;

export interface CallsPage {
  /** Newest first. */
  readonly calls: readonly GatewayCall[];
  /** Also where nothing that fits was met on the way; `null`: there are no older ones. */
  readonly nextCursor: string | null;
}

/** The calls of a tenant in the last 24 hours, by the books. A call whose attempts lie in two hours may be two of them. */
export type GatewayCalls = (
  tenantId: string,
  page: { readonly limit: number; readonly cursor: string | null; readonly filter: CallFilter },
  now: number,
) => Promise<CallsPage>;

interface Place {
  readonly hour: number;
  /** Only what is below this id; `null`: all. */
  readonly below: string | null;
}

const FILTERS = ['model', 'keyId', 'answered', 'user'] as const;

const passes = (call: GatewayCall, filter: CallFilter): boolean =>
  FILTERS.every((name) => filter[name] === undefined || call[name] === filter[name]);

/** Stands in a cursor for the list that it belongs to: nothing, or 17 characters. */
const listIdOf = (filter: CallFilter): string => {
  const values = FILTERS.map((name) => filter[name] ?? null);
  if (values.every((value) => value === null)) return '';
  return ` ${createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 16)}`;
};

const written = ({ hour, below }: Place, listId: string): string => writeCursor(`${hour} ${below ?? ''}${listId}`);

const CURSOR = /^(\d{13}) (run_[\w:.-]{1,100})?( [\w-]{16})?$/;

const placeIn = (cursor: string, listId: string): Place => {
  const [, hour, below, itsList = ''] = CURSOR.exec(readCursor(cursor) ?? '') ?? [];
  if (hour === undefined || itsList !== listId)
    throw new AppError('invalid-request', safe`The query is not valid; see errors.`, {
      issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer with the same filters` }],
    });
  return { hour: startOfHour(Number(hour)), below: below ?? null };
};

/** What corrects an attempt later is none by itself. */
const attemptsIn = ({ attemptId }: UsageRecord): number => (attemptId.endsWith(':adjusted') ? 0 : 1);

const callOf = (record: UsageRecord): GatewayCall => ({
  callId: record.runId,
  at: record.at,
  keyId: record.keyId,
  user: record.userId === null ? null : bookedNameIn(record.userId),
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

/** A run or a call whose attempts are read, which stand side by side. */
interface Reading {
  readonly call: GatewayCall;
  readonly isOfGateway: boolean;
}

export const createGatewayCalls =
  (usage: Pick<UsageStore, 'downInHour'>): GatewayCalls =>
  async (tenantId, { limit, cursor, filter }, now) => {
    const listId = listIdOf(filter);
    const newest = startOfHour(now);
    const from = cursor === null ? { hour: newest, below: null } : placeIn(cursor, listId);
    const calls: GatewayCall[] = [];
    let reading = null as Reading | null;
    let read = 0;
    // Only a whole call says whether it fits.
    const close = (whole: Reading | null) => {
      if (whole?.isOfGateway && passes(whole.call, filter)) calls.push(whole.call);
    };
    for (let hour = Math.min(from.hour, newest); hour > newest - HOURS * HOUR_MS; hour -= HOUR_MS) {
      let below = hour === from.hour ? from.below : null;
      for await (const record of usage.downInHour(tenantId, hour, below)) {
        if (reading?.call.callId === record.runId) reading = { ...reading, call: withEarlier(reading.call, record) };
        else {
          close(reading);
          if (calls.length >= limit || read >= MAX_READ) return { calls, nextCursor: written({ hour, below }, listId) };
          reading = { call: callOf(record), isOfGateway: record.agent === GATEWAY };
        }
        read += 1;
        below = record.attemptId;
      }
    }
    close(reading);
    return { calls, nextCursor: null };
  };
