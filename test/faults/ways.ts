import { askMessages } from './ask-messages.ts';
import { type ClientView, hearEvents, hearJson } from './client-view.ts';
import { type Answer, MESSAGES, PASSED_ON } from './fault.ts';
import { TOOL_CALL } from './opening.ts';
import { hearMessage, hearMessageEvents } from './read-messages.ts';
import { transcribe, type Transcript } from './transcript.ts';

/** One request, whatever its form. */
export interface Question {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly text: string;
  /** The request's own deadline. */
  readonly timeoutMs: number;
  /** After so long the client leaves. */
  readonly patienceMs: number;
}

/** A way to ask: how a request goes out, and how its answer is to be read. */
export interface Way {
  readonly name: string;
  /** What a model answers before the call that meets the fault; `null`: that call is the first. */
  readonly opening: Answer | null;
  /** Whether its clients are told what the upstream says of their own mistakes. */
  readonly tellsMistakes: boolean;
  /** Whether another model answers only where the tenant names one. */
  readonly namesStandIns: boolean;
  ask(question: Question): Promise<Transcript>;
  hear(transcript: Transcript): ClientView;
}

const askRun =
  (accept: string): Way['ask'] =>
  ({ url, key, model, text, timeoutMs, patienceMs }) => {
    const headers = { 'x-api-key': key, 'content-type': 'application/json', accept };
    const body = JSON.stringify({ task: text, model, timeoutMs });
    return transcribe(`${url}/agent/run`, { method: 'POST', headers, body }, patienceMs);
  };

const EVENTS = 'text/event-stream';

const RUN = { tellsMistakes: false, namesStandIns: false, opening: null } as const;
const OF_API = { tellsMistakes: true, namesStandIns: true, opening: null } as const;

export const JSON_WAY: Way = { ...RUN, name: 'JSON', ask: askRun('application/json'), hear: hearJson };
export const STREAM: Way = { ...RUN, name: 'stream', ask: askRun(EVENTS), hear: hearEvents };
/** A run that meets the fault in its second model call, after a tool. */
export const AGENT: Way = { ...RUN, name: 'agent', opening: TOOL_CALL, ask: askRun(EVENTS), hear: hearEvents };

/** Clients of the Anthropic API, at `/v1/messages`. */
export const MESSAGES_JSON: Way = { ...OF_API, name: MESSAGES, ask: askMessages(false), hear: hearMessage };
export const MESSAGES_STREAM: Way = { ...OF_API, name: PASSED_ON, ask: askMessages(true), hear: hearMessageEvents };

/** The columns of the table. */
export const WAYS: readonly Way[] = [JSON_WAY, STREAM, AGENT, MESSAGES_JSON, MESSAGES_STREAM];
