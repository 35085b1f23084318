/** What a test answers to a tool's request: a response, or `hangs`, which lets time pass until the tool is stopped. */
export type FakeAnswer = Response | 'hangs';

/** The world outside as the test plays it. What it throws is a connection that fails. */
export type FakeFetch = (url: string, init: RequestInit) => FakeAnswer | Promise<FakeAnswer>;

/** The requests of tools, by the signal of the call that makes them. */
export interface ToolFetch {
  fetchFor(call: AbortSignal): typeof globalThis.fetch;
  /** Whether a request of this call hangs. */
  isHanging(call: AbortSignal): boolean;
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });

const urlOf = (input: string | URL | Request): string => (input instanceof Request ? input.url : String(input));

/** Hands requests to the test's own handler; without one they are the test's mistake. `changed` is called when one hangs. */
export const createToolFetch = (
  handle: FakeFetch | undefined,
  { mistake, changed }: { readonly mistake: (sentence: string) => void; readonly changed: () => void },
): ToolFetch => {
  const hanging = new Map<AbortSignal, number>();
  const hang = (call: AbortSignal, by: number) => {
    hanging.set(call, (hanging.get(call) ?? 0) + by);
    changed();
  };
  return {
    fetchFor:
      (call) =>
      async (input, init = {}) => {
        const url = urlOf(input);
        if (handle === undefined) {
          mistake(`A tool asked for ${url}, and the test gives no fetch.`);
          throw new TypeError('fetch failed');
        }
        const gone = aborted(init.signal ?? call);
        gone.catch(() => {});
        const answer = await Promise.race([handle(url, init), gone]);
        if (answer === 'hangs') {
          hang(call, 1);
          return gone.finally(() => hang(call, -1));
        }
        // As the real one does for whoever does not follow.
        if (init.redirect === 'error' && answer.status >= 300 && answer.status < 400)
          throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
        return answer;
      },
    isHanging: (call) => (hanging.get(call) ?? 0) > 0,
  };
};
