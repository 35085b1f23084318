import { type Clock, sleep } from '../../lib/kernel/clock.ts';
import type { Provider } from '../../lib/model-call/provider.ts';
import type { Said } from './stream-events.ts';

/** An event, as it is written where it is text; a pause of so many milliseconds; or how the stream breaks. */
export type Step = Said | string | number | Error;

/** An upstream whose one stream takes these steps. */
export const scriptedEvents = (clock: Clock, steps: readonly Step[]): Omit<Provider, 'ask'> => ({
  async stream(_request, { signal }) {
    const events = async function* () {
      for (const step of steps) {
        if (step instanceof Error) throw step;
        if (typeof step === 'number') await sleep(clock, step, signal);
        else {
          const data = typeof step === 'string' ? step : JSON.stringify(step);
          const { type } = JSON.parse(data) as { type: string };
          yield { bytes: Buffer.alloc(0), event: type, data };
        }
      }
    };
    return { requestId: null, events: events() };
  },
  countTokens: () => Promise.reject(new Error('counted')),
});

/** How a connection breaks. */
export const RESET = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
