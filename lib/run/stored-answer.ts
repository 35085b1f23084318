import type { Agent } from '../agent/define/define-agent.ts';
import { meaningOf, type RunStop } from '../agent/loop/stop-reasons.ts';
import { createTranscript } from '../agent/loop/transcript.ts';
import type { LoopResult } from '../agent/loop/types.ts';
import type { FaultKind } from '../model-call/types.ts';
import type { Flight } from '../response-cache/flights.ts';
import type { TraceStep } from '../runs/types.ts';
import type { EarlierAnswer } from './degrade.ts';

/** What of an answer is given again. */
interface Kept {
  readonly output: string;
  /** Default: none. */
  readonly result?: object | null;
  readonly model: string | null;
  readonly stop: RunStop;
}

/** What a tool said, rather than that it could not: an outage must not be told for an hour after its end. */
const isToolsOwnWord = ({ error }: TraceStep): boolean =>
  error === undefined || error.code === 'declined' || error.code === 'invalid-input';

/** Faults that say something about the run's caller and its limits, and nothing about the answer. */
const OWN_FAULTS: ReadonlySet<FaultKind> = new Set<FaultKind>(['deadline', 'cancelled', 'run-cost', 'refused']);

const isCallersOwn = ({ ending, lastFault }: LoopResult): boolean =>
  'stop' in ending ? meaningOf(ending.stop).holds === 'caller' : lastFault !== null && OWN_FAULTS.has(lastFault);

/** Whether a person has said something to the run: then it has answered more than its task. */
const isSteered = ({ steps }: LoopResult): boolean =>
  steps.some(({ kind }) => kind === 'message' || kind === 'approval');

/** The text to be kept; `null` where the answer is not whole, not as asked for, or holds what a tool said for this caller and moment. */
const keptText = (ended: LoopResult, { tools }: Agent): string | null => {
  const { ending, output, result, answeredBy, degraded, steps } = ended;
  if (!('stop' in ending) || meaningOf(ending.stop).holds !== 'again') return null;
  if (degraded !== null || isSteered(ended)) return null;
  const mayStay = (step: TraceStep): boolean =>
    step.kind !== 'tool' || (tools.get(step.name)?.cacheable === true && isToolsOwnWord(step));
  return steps.every(mayStay)
    ? JSON.stringify({ output, result, model: answeredBy, stop: ending.stop } satisfies Kept)
    : null;
};

export const readKept = (text: string): EarlierAnswer => {
  const { output, result = null, model, stop } = JSON.parse(text) as Kept;
  return { ending: { stop }, output, result, answeredBy: model };
};

/** A run that has done nothing but give an answer again. */
export const answeredAgain = ({ ending, ...answer }: EarlierAnswer): LoopResult => ({
  ...createTranscript().ended(ending.stop),
  ...answer,
});

/** Keeps a run's answer for others where it may be kept, and tells those who wait. Never rejects. */
export const endFlight = (flight: Flight, result: LoopResult, agent: Agent): Promise<void> => {
  const text = keptText(result, agent);
  if (text !== null) return flight.store(text);
  return isCallersOwn(result) || isSteered(result) ? flight.free() : flight.unstorable();
};
