import type { Clock } from '../../kernel/clock.ts';

/** Under it Node has the agent of its own fetch, whose class it gives nowhere else. */
const FETCH_AGENT = Symbol.for('undici.globalDispatcher.1');

/** As long as fetch keeps a connection where the other side says nothing of it. */
const IDLE_MS = 4_000;

type AgentOf = new (options: { readonly keepAliveTimeout: number; readonly keepAliveMaxTimeout: number }) => {
  close(): Promise<void>;
};

/**
 * Connections that are kept for so long and no longer, whatever the other side promises. A proxy that says ten minutes is
 * believed by fetch, also when a network between has forgotten the connection while the function was frozen; what is sent on it
 * then fails without a word, and is booked as what an upstream may have seen. Fetch lets go by a timer, which stands still where a
 * freeze holds up the monotonic clock; then the two clocks have gone apart, and none is used again. Asked before each request;
 * `undefined`: this Node has no such agent, and its fetch decides.
 */
export const shortlyKept = (
  clock: Pick<Clock, 'now' | 'monotonicMs'>,
  idleMs = IDLE_MS,
): (() => object | undefined) => {
  const fetchAgent: unknown = Reflect.get(globalThis, FETCH_AGENT);
  if (typeof fetchAgent !== 'object' || fetchAgent === null) return () => undefined;
  const Agent = fetchAgent.constructor as AgentOf;
  const make = () => new Agent({ keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs });
  const apart = () => clock.now() - clock.monotonicMs();
  let [agent, wereApart] = [make(), apart()];
  return () => {
    const areApart = apart();
    if (Math.abs(areApart - wereApart) > idleMs) {
      // What is under way on it ends first.
      agent.close().catch(() => undefined);
      agent = make();
    }
    wereApart = areApart;
    return agent;
  };
};
