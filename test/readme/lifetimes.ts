import { RUN_RETENTION_MS } from '../../lib/app/stores.ts';
import { loadConfig } from '../../lib/config.ts';
import { RETENTION_MS } from '../../lib/idempotency/idempotency.ts';
import { STALE_KEPT_MS } from '../../lib/response-cache/answer.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const RUN = RUN_RETENTION_MS / 1_000;
/** A run that is not over, and what of it nobody has erased. */
const RUN_AND_WAIT = RUN + loadConfig({}).RUN_WAIT_MS / 1_000;

/** For how long, in seconds from its write, an item says that it is kept; `null`: it says no end. */
type End = number | null;

export interface Lifetime {
  /** What the page says, word for word. */
  readonly says: string;
  /** All ends that a write may give such an item. */
  readonly ends: readonly End[];
  /** How much earlier or later than these, in seconds. Default: what a write takes. */
  readonly within?: number;
  /** The one of an item that has been written for the last time. Default: any of them. */
  readonly last?: End;
  /** Where the page names an act that ends it: the test in which that is seen. */
  readonly endedIn?: string;
}

const ENDED = 'test/durable-run/worker/erased-content.test.ts';
const LATER = 'test/durable-run/erase-ended.test.ts';

/** Of each kind of item, as docs/data.md names it. */
export const LIFETIMES: Readonly<Record<string, Lifetime>> = {
  'runs */run_* run': { says: '30 days after its end', ends: [RUN, RUN_AND_WAIT], last: RUN },
  'runs */run_* content': { says: '30 days after its end', ends: [RUN] },
  'runs */run_* input': { says: 'until its end', ends: [RUN_AND_WAIT], endedIn: ENDED },
  'runs */run_* inbox': {
    says: 'until its end; what stays, 30 days and the longest wait',
    ends: [RUN_AND_WAIT, null],
    endedIn: ENDED,
  },
  'runs */run_* e#*': {
    says: '30 days after its end, or 30 days and the longest wait after each',
    ends: [RUN, RUN_AND_WAIT],
  },
  'runs */run_* o#*': {
    says: 'an hour after its end; an answer as long as its event',
    ends: [RUN, RUN_AND_WAIT],
    endedIn: LATER,
  },
  'runs */run_* webhook#*': {
    says: '30 days and the longest wait after its last try',
    ends: [RUN_AND_WAIT, null],
  },
  'runs active#*': { says: 'until that is done', ends: [null], endedIn: 'test/runs/active.test.ts' },
  'runs queue#*': { says: 'until that is done', ends: [null], endedIn: 'test/runs/queue.test.ts' },
  'runs erase#*': { says: 'until that is done', ends: [null], endedIn: LATER },
  'runs erase-users': {
    says: 'until that is done, an hour at least',
    ends: [null],
    endedIn: 'test/erasure/erase-users.test.ts',
  },
  'runs user-runs#*': {
    says: '31 days and the longest wait, or as long as the longest session',
    ends: [RUN_AND_WAIT + DAY],
  },
  'runs outbox#*': {
    says: 'until they are delivered or given up',
    ends: [RUN_AND_WAIT],
    endedIn: 'test/durable-run/deliver-webhooks.test.ts',
  },
  'runs session#* head': {
    says: '30 days after its last use, or as its agent says; its item for the longest wait more',
    ends: [RUN_AND_WAIT],
  },
  'runs session#* c#*': {
    says: 'as long as its session, or until a run leaves another',
    ends: [RUN_AND_WAIT],
    endedIn: 'test/sessions/session-store.test.ts',
  },
  'runs session#* r#*': { says: '30 days and the longest wait after each began', ends: [RUN_AND_WAIT] },
  'runs session#* w#*': {
    says: 'until it is their turn',
    ends: [RUN_AND_WAIT],
    endedIn: 'test/sessions/session-store.test.ts',
  },
  'control idem#*': { says: '24 hours', ends: [RETENTION_MS / 1_000] },
  'control idem-of#*': { says: '25 hours', ends: [25 * HOUR] },
  'control cache#*': {
    says: 'its lifetime, and 24 hours as a fallback',
    // One while the answer is asked for; `npm start` has a lifetime of 300 s.
    ends: [0, STALE_KEPT_MS / 1_000 + 300],
    within: 60,
  },
  'control rate#*': { says: 'minutes', ends: [0], within: 20 * 60 },
  'control slots#*': { says: 'minutes', ends: [0], within: 20 * 60 },
  'control circuits': {
    says: 'days at most; a circuit that somebody shut off, until it is opened',
    ends: [DAY, null],
    within: 120,
  },
  'control rests': {
    says: 'days at most; a circuit that somebody shut off, until it is opened',
    ends: [HOUR],
    within: 120,
  },
  'control health': {
    says: 'days at most; a circuit that somebody shut off, until it is opened',
    ends: [7 * DAY],
  },
  'control alert#*': {
    says: '2 days, thresholds 40; that it is on, until 2 days after, or 366',
    ends: [2 * DAY, 40 * DAY, 366 * DAY],
    // While it is sent, a claim has a lease.
    within: 120,
  },
  'control key-use#*': { says: '400 days', ends: [400 * DAY], within: HOUR },
  'control spent': { says: 'until they are reported, or 2 days', ends: [2 * DAY], endedIn: 'test/accounts/thresholds' },
  'control parked': { says: 'until they are booked', ends: [null], endedIn: 'test/accounts/parking.test.ts' },
  'ledger usage#*': { says: 'no limit', ends: [null] },
  'ledger tool-usage#*': { says: 'no limit', ends: [null] },
  'ledger rollup#*': { says: 'no limit', ends: [null] },
  'ledger budget#*': { says: 'no limit', ends: [null] },
  'ledger user-name#*': { says: 'no limit', ends: [null] },
  'ledger audit': { says: 'no limit', ends: [null] },
  'ledger tenants': { says: 'until it is changed; keys until they are deleted', ends: [null] },
  'ledger tenant-keys#*': { says: 'until it is changed; keys until they are deleted', ends: [null] },
  'ledger key#*': { says: 'until it is changed; keys until they are deleted', ends: [null] },
};

/** Whether a write may give its item that end. */
export const mayEnd = ({ ends, within = 60 }: Lifetime, keptS: End): boolean =>
  ends.some((end) => (end === null || keptS === null ? end === keptS : Math.abs(keptS - end) <= within));
