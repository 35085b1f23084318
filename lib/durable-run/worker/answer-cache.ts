import type { Agent } from '../../agent/define/define-agent.ts';
import { createTranscript } from '../../agent/loop/transcript.ts';
import type { LoopResult } from '../../agent/loop/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createDeadline, type Deadline } from '../../kernel/deadline.ts';
import { fault } from '../../model-call/faults.ts';
import type { Flight } from '../../response-cache/flights.ts';
import type { EarlierAnswer } from '../../run/degrade.ts';
import type { RunGuard } from '../../run/redaction/run-guard.ts';
import { type CachePlan, lookInCache, type RunCache, type RunCacheParts } from '../../run/run-cache.ts';
import { answeredAgain, endFlight } from '../../run/stored-answer.ts';
import type { DurableJournal } from './journal/durable-journal.ts';
import { NotNow } from './store-away/not-now.ts';

/** What the journal has of the look: an answer, or what may stand in for one. */
type LookStep =
  | { readonly kind: 'hit'; readonly found: EarlierAnswer }
  | { readonly kind: 'miss'; readonly stale: EarlierAnswer | null }
  | { readonly kind: 'cancelled' };

/** So long is another's answer waited for in one go; then without compute, and looked for again. */
const WAIT_MS = 5_000;

export interface AnswerCacheParts extends Pick<RunCacheParts, 'cache' | 'emit'> {
  readonly clock: Clock;
  readonly journal: DurableJournal;
  readonly agent: Agent;
  readonly guard: Pick<RunGuard, 'name'>;
  /** Of the invocation: for so long others wait for this run. */
  readonly deadline: Pick<Deadline, 'remainingMs'>;
  /** Has something done when the invocation ends, however. */
  readonly atClose: (leave: () => Promise<void>) => void;
}

/** Of a run that was not made for others, and takes nothing from them. */
export const UNCACHED: Pick<RunCache, 'state' | 'found' | 'stale' | 'end'> = {
  state: 'bypass',
  found: null,
  stale: null,
  end: async () => {},
};

/**
 * The response cache as an asynchronous run meets it: the look is a step, before the run takes a slot. While another run
 * makes the answer it is waited for as a slot is. Others wait for this run only while an invocation works on it.
 */
export const openAnswerCache = async (parts: AnswerCacheParts, plan: CachePlan | undefined): Promise<RunCache> => {
  if (plan === undefined) return UNCACHED;
  const { cache, clock, journal, agent, guard, deadline, atClose } = parts;
  let flight: Flight | null = null;

  const look = await journal.step<LookStep>('cache', async (step) => {
    using waiting = createDeadline(clock, WAIT_MS, step.deadline.signal);
    const found = await lookInCache(parts, agent.name, plan, { deadline: waiting, forMs: deadline.remainingMs() });
    if (found.kind === 'hit') return found;
    if (found.kind === 'stopped') {
      if (waiting.stoppedBy === 'cancelled') return { kind: 'cancelled' };
      throw new NotNow(1, true);
    }
    const own = (flight = found.flight);
    // What is kept by then stays kept.
    atClose(() => own.free());
    return { kind: 'miss', stale: found.stale };
  });

  if (look.kind === 'hit') return { ...UNCACHED, state: 'hit', found: answeredAgain(look.found) };
  if (look.kind === 'cancelled')
    return { ...UNCACHED, state: 'miss', found: createTranscript().failed(fault('cancelled').error) };
  return {
    state: 'miss',
    found: null,
    stale: look.stale,
    async end(result: LoopResult) {
      // What is replaced has changed since it was asked: the answer is not the one to that question.
      if (plan.redaction !== guard.name) return flight?.free();
      // Nobody waits for a run that has gone on in another invocation, but its answer is as good.
      using limit = createDeadline(clock, WAIT_MS);
      const alone = () => cache.open(plan.key, { mode: 'refresh', ttlSeconds: plan.ttlSeconds, deadline: limit });
      const ending = flight ?? (await alone());
      if (!('kind' in ending)) await endFlight(ending, result, agent);
      else if (ending.kind === 'miss') await endFlight(ending.flight, result, agent);
    },
  };
};
