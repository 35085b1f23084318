import { type Attempt, wrongAttempts } from './attempts.ts';
import { BROKEN_TEXT } from './broken-attempt.ts';
import type { ClientView } from './client-view.ts';
import type { Expected, Fault } from './fault.ts';
import { OPENING_TEXT } from './opening.ts';
import type { Transcript } from './transcript.ts';
import type { Way } from './ways.ts';

export interface Evidence {
  readonly transcripts: readonly Transcript[];
  /** All that the upstream was asked for this row. */
  readonly attempts: readonly Attempt[];
}

export interface Case {
  readonly fault: Fault;
  /** The right answer. */
  readonly text: string;
  readonly way: Pick<Way, 'name' | 'tellsMistakes' | 'hear'> & { readonly opening: unknown };
}

export interface Judgement {
  readonly verdict: 'pass' | 'safe' | 'fail';
  /** What is wrong with it, or why there is no answer; `null` for the full, right answer and the error that is due. */
  readonly why: string | null;
}

/** The contract's errors that a fault of the upstream may become. */
const STATUSES: Readonly<Record<string, number>> = {
  'invalid-request': 400,
  forbidden: 403,
  'rate-limited': 429,
  'upstream-error': 502,
  'circuit-open': 503,
  'upstream-overloaded': 503,
  'upstream-timeout': 504,
};

/** What no client may read: the upstream's own words for its faults, a key, a stack. */
const SECRET = /scripted \d{3}|prompt is too long|credit balance|usage limits|Back soon|sk-upstream|\n\s+at |\\n\s+at /;

const BROKEN_BEGINNING = BROKEN_TEXT.slice(0, 12);

const fail = (why: string): Judgement => ({ verdict: 'fail', why });

const RIGHT: Judgement = { verdict: 'pass', why: null };
const AS_DUE: Judgement = { verdict: 'safe', why: null };

const hasOpening = ({ fault, way }: Case): boolean => (fault.opening ?? way.opening) !== null;

type Row = Pick<Case, 'fault'> & { readonly way: { readonly name: string } };

/** What must come of a row, asked that way for the `ask`-th time. */
const dueOf = ({ fault, way }: Row, ask: number): Expected => {
  const due = fault.expectedBy[way.name] ?? fault.expected;
  return isList(due) ? (due[ask] ?? fault.expected) : due;
};

const isList = (due: Expected | readonly Expected[]): due is readonly Expected[] => Array.isArray(due);

/** What a row may come to at best, asked that way: what is worst of all that must come of it. */
export const verdictDue = (row: Row): Expected['verdict'] => {
  const dues = Array.from({ length: row.fault.asks }, (_, ask) => dueOf(row, ask));
  return dues.some(({ verdict }) => verdict === 'safe') ? 'safe' : 'pass';
};

const onAnswer = (tried: Case, due: Expected, heard: Extract<ClientView, { kind: 'answer' }>): Judgement => {
  const { fault, text } = tried;
  if (!heard.whole) {
    const isDue = due.verdict === 'safe' && 'stopReason' in due && heard.stopReason === due.stopReason;
    return isDue ? AS_DUE : fail(`incomplete by ${String(heard.stopReason)}`);
  }
  if (due.verdict !== 'pass') return fail(`an answer where there is none: ${heard.output}`);
  if (heard.output !== (due.words ?? text)) return fail(`the wrong text: ${heard.output}`);
  const streamed = (hasOpening(tried) ? OPENING_TEXT : '') + text;
  if (heard.streamed !== null && heard.streamed !== streamed) return fail(`streamed: ${heard.streamed}`);
  if (heard.resets > 0 && !fault.seen) return fail('a fault before any content was shown');
  if (heard.model !== due.by) return fail(`answered by ${String(heard.model)}, not ${due.by}`);
  if (heard.stopReason !== due.stopReason) return fail(`stopped by ${String(heard.stopReason)}`);
  const servedBy = due.by === fault.model ? null : 'fallback-model';
  return heard.servedBy === servedBy ? RIGHT : fail(`said to be served by ${String(heard.servedBy)}`);
};

const onError = (due: Expected, { code, status }: Extract<ClientView, { kind: 'error' }>): Judgement => {
  if (STATUSES[code] !== status) return fail(`no such error: ${status} ${code}`);
  if (due.verdict === 'pass') return { verdict: 'safe', why: code };
  const dueCode = 'code' in due ? due.code : due.stopReason;
  return code === dueCode ? AS_DUE : fail(`${code}, not ${dueCode}`);
};

const onTranscript = (tried: Case, transcript: Transcript, ask: number): Judgement => {
  const { ended, ms, bytes, status } = transcript;
  const due = dueOf(tried, ask);
  if (ended === 'never') return fail(`no end within ${Math.round(ms)} ms`);
  if (ended === 'broken') return fail('a broken connection');
  if (ms > tried.fault.withinMs) return fail(`${Math.round(ms)} ms, more than ${tried.fault.withinMs}`);
  const isMistake = tried.way.tellsMistakes && (status === 400 || status === 403 || tried.fault.isClients);
  if (SECRET.test(bytes) && !isMistake) return fail('tells what it must not tell');
  const heard = tried.way.hear(transcript);
  if (heard.kind === 'nothing') return fail(heard.why);
  if (heard.kind === 'error') return onError(due, heard);
  if (heard.output.includes(BROKEN_BEGINNING)) return fail(`text of a broken attempt: ${heard.output}`);
  return onAnswer(tried, due, heard);
};

const SEVERITY = ['fail', 'safe', 'pass'] as const;

/** Judges one cell by what its client read, when, and what its upstream was asked; the worst of several requests counts. */
export const judge = (tried: Case, { transcripts, attempts }: Evidence): Judgement => {
  const { asks } = tried.fault;
  if (transcripts.length !== asks) return fail(`${transcripts.length} requests, not ${asks}`);
  const judged = transcripts.map((transcript, ask) => onTranscript(tried, transcript, ask));
  const worst = SEVERITY.flatMap((each) => judged.find(({ verdict }) => verdict === each) ?? [])[0];
  if (worst === undefined || worst.verdict === 'fail') return worst ?? fail('nothing was asked');
  const wrong = wrongAttempts(tried.fault, tried.way.name, attempts, hasOpening(tried) ? asks : 0);
  return wrong === null ? worst : fail(wrong);
};
