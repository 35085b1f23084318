import type { Clock } from '../../lib/kernel/clock.ts';
import { type Exchange, listen } from '../../local/simulated-claude/listen.ts';
import { modelPage } from '../../local/simulated-claude/models.ts';
import { play } from '../../local/simulated-claude/play.ts';
import { errorSteps, jsonSteps, type Step } from '../../local/simulated-claude/steps.ts';
import { reply, type ScriptedAnswer } from './answers.ts';
import { createRecorder, type Recording, type SeenRequest } from './recorder.ts';
import { systemClock } from './system-clock.ts';

export interface ScriptedUpstream {
  readonly url: string;
  /** In the order in which they were read. */
  readonly requests: readonly SeenRequest[];
  readonly sockets: { readonly opened: number; readonly open: number };
  /**
   * What a model answers (`*`: any without a script of its own), one request after the other; the last one repeats.
   * Replaces an earlier script of that model. Without any: `reply()`.
   */
  script(model: string, answers: readonly ScriptedAnswer[]): void;
  /** Resolves once `count` requests were read. */
  seen(count: number): Promise<void>;
  /** Resolves once the client has left the request of that index. */
  aborted(index: number): Promise<void>;
  /** Ends at once, whatever is being answered. */
  close(): Promise<void>;
}

/** Input tokens of every `count_tokens`. */
export const COUNTED_TOKENS = 100;

const parsed = (raw: Buffer): Readonly<Record<string, unknown>> | undefined => {
  try {
    return JSON.parse(raw.toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
};

const recordingOf = ({ method, path, query, headers, raw }: Exchange, at: number, requestId: string): Recording => {
  const body = parsed(raw);
  const model = typeof body?.['model'] === 'string' ? body['model'] : null;
  return { at, requestId, method, path, query, headers, model, body, raw, aborted: false, sent: [], billed: null };
};

/** How one answer passes in time, and who is told of it; where a test's clock is to wait for what is on the wire. */
export interface Pace {
  /** Times the answer's pauses. */
  readonly clock: Clock;
  /** The steps, watched as they are done. */
  steps(steps: Iterable<Step>): Iterable<Step>;
  sent(): void;
  /** The connection is done with the answer, or broke. */
  closed(): void;
}

export interface UpstreamOptions {
  /** Which paths are remembered: a server under test also asks, unpaid, whether the API is there. */
  readonly remembers?: (path: string) => boolean;
  /** Which answer a model gives next. Default: that of its script. */
  readonly answerOf?: (model: string) => ScriptedAnswer;
  /** Called once a request. Default: `clock`, and nobody is told. */
  readonly paceOf?: () => Pace;
}

/** What is paid for. */
export const messagesOnly: UpstreamOptions = { remembers: (path) => path === '/v1/messages' };

const unwatched = (clock: Clock): Pace => ({ clock, steps: (steps) => steps, sent() {}, closed() {} });

/** An Anthropic API on a loopback port that answers what the test has scripted, and remembers all it was asked. */
export const startScriptedUpstream = async (
  clock: Clock = systemClock,
  { remembers = () => true, answerOf, paceOf = () => unwatched(clock) }: UpstreamOptions = {},
): Promise<ScriptedUpstream> => {
  const recorder = createRecorder();
  const { requests } = recorder;
  const scripts = new Map<string, { readonly answers: readonly ScriptedAnswer[]; next: number }>();
  let closing = false;

  const nextAnswer = (model: string): ScriptedAnswer => {
    const script = scripts.get(model) ?? scripts.get('*');
    const answer = script?.answers[Math.min(script.next, script.answers.length - 1)];
    if (script) script.next += 1;
    return answer ?? reply();
  };

  const stepsFor = (seen: SeenRequest): Iterable<Step> => {
    const { requestId, model } = seen;
    switch (`${seen.method} ${seen.path}`) {
      case 'POST /v1/messages':
        return (answerOf ?? nextAnswer)(model ?? '*')({
          requestId,
          model: model ?? '',
          stream: seen.body?.['stream'] === true,
        });
      case 'POST /v1/messages/count_tokens':
        return jsonSteps(200, JSON.stringify({ input_tokens: COUNTED_TOKENS }));
      case 'GET /v1/models':
        return jsonSteps(200, JSON.stringify(modelPage()));
      default:
        return errorSteps(404, 'Not found', requestId);
    }
  };

  const server = await listen(0, async (exchange) => {
    const seen = recordingOf(exchange, clock.now(), `req_upstream_${requests.length + 1}`);
    const pace = paceOf();
    let torn = false;
    const watched = function* (steps: Iterable<Step>): Generator<Step> {
      for (const step of steps) {
        torn ||= step.do === 'reset';
        yield step;
      }
    };
    const { response, signal } = exchange;
    const leave = () => recorder.update(() => (seen.aborted = !torn && !closing));
    signal.addEventListener('abort', leave, { once: true });
    response.once('close', () => pace.closed());
    if (remembers(seen.path)) recorder.add(seen);
    if (signal.aborted) {
      pace.closed();
      return leave();
    }
    await play(pace.steps(watched(stepsFor(seen))), response, {
      clock: pace.clock,
      signal,
      headers: { 'request-id': seen.requestId },
      onSent: ({ piece, billed }) => {
        recorder.update(() => {
          seen.sent.push(piece);
          seen.billed = billed ?? seen.billed;
        });
        pace.sent();
      },
    });
  });

  return {
    url: server.url,
    requests,
    get sockets() {
      return server.sockets;
    },
    script: (model, answers) => void scripts.set(model, { answers, next: 0 }),
    seen: (count) => recorder.until(() => requests.length >= count),
    aborted: (index) => recorder.until(() => requests[index]?.aborted === true),
    close: () => {
      closing = true;
      return server.close();
    },
  };
};
