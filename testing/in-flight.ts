import type { Provider } from '../lib/model-call/provider.ts';
import type { Step } from '../local/simulated-claude/steps.ts';
import type { AutoClock } from './auto-clock.ts';
import type { Pace } from './upstream/start-scripted-upstream.ts';
import { systemClock } from './upstream/system-clock.ts';

/** Both ends of the calls to the scripted API, so that the clock knows when nothing is on its way between them. */
export interface InFlight {
  /** The upstream's end of one call. */
  paceOf(): Pace;
  /** The client's end: announced to the clock from the request to the last event read. */
  watched(provider: Provider): Provider;
  /** Whether the model was asked for anything. */
  hasAsked(): boolean;
}

interface Answering {
  waiting: boolean;
  sent: number;
}

/** Steps with which the upstream does nothing before time moves on; a reset lets the client read first what was sent. */
const isPause = ({ do: what }: Step, sent: number): boolean =>
  what === 'wait' || what === 'hold' || (what === 'reset' && sent > 0);

export const createInFlight = (clock: AutoClock): InFlight => {
  const answering = new Set<Answering>();
  let calls = 0;
  let asked = false;

  const paceOf = (): Pace => {
    const answer: Answering = { waiting: false, sent: 0 };
    answering.add(answer);
    const steps = function* (inner: Iterable<Step>): Generator<Step> {
      for (const step of inner) {
        answer.waiting = isPause(step, answer.sent);
        clock.changed();
        yield step;
      }
    };
    // What is no pause of the script's is for the connection, and takes real time.
    const after: Pace['clock']['after'] = (ms, act) =>
      (answer.waiting ? clock : systemClock).after(ms, () => {
        answer.waiting = false;
        act();
      });
    return {
      clock: { now: () => clock.now(), monotonicMs: () => clock.monotonicMs(), after },
      steps,
      sent: () => void (answer.sent += 1),
      closed() {
        answering.delete(answer);
        clock.changed();
      },
    };
  };

  /** All that the upstream has sent was read, and it pauses. A call that it does not yet see, or still sees, is on its way. */
  const isQuiet = (received: number): boolean =>
    answering.size === calls && [...answering].every(({ waiting, sent }) => waiting && sent === received);

  const begin = (signal: AbortSignal) => {
    let received = 0;
    calls += 1;
    asked = true;
    const end = clock.begin({ what: 'an answer of the model', isWaiting: () => !signal.aborted && isQuiet(received) });
    return {
      received() {
        received += 1;
        clock.changed();
      },
      end() {
        calls -= 1;
        end();
      },
    };
  };

  return {
    paceOf,
    hasAsked: () => asked,
    watched: (provider) => ({
      ...provider,
      async stream(request, asking) {
        const call = begin(asking.signal);
        const counted = async function* <Event>(events: AsyncIterable<Event>) {
          try {
            for await (const event of events) {
              call.received();
              yield event;
            }
          } finally {
            call.end();
          }
        };
        try {
          const upstream = await provider.stream(request, asking);
          return { ...upstream, events: counted(upstream.events) };
        } catch (error) {
          call.end();
          throw error;
        }
      },
      async countTokens(request, asking) {
        asked = true;
        const end = clock.begin({ what: 'a count of tokens', isWaiting: () => false });
        return provider.countTokens(request, asking).finally(end);
      },
    }),
  };
};
