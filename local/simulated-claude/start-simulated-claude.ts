import type { Clock } from '../../lib/kernel/clock.ts';
import { listen } from './listen.ts';
import { play } from './play.ts';
import { createRoutes } from './routes.ts';

export interface SimulatedClaude {
  /** Without a trailing slash: what `ANTHROPIC_BASE_URL` is set to. */
  readonly url: string;
  /** Ends at once, whatever is being answered. */
  close(): Promise<void>;
}

export interface SimulatedClaudeOptions {
  /** `0`, the default, takes any free one. */
  readonly port?: number;
  /** Expires cached prompts, and times the delays that a directive asks for. */
  readonly clock: Clock;
}

/** A Claude that costs nothing, on the loopback address: what `npm start` asks when it has no API key. */
export const startSimulatedClaude = async ({ port = 0, clock }: SimulatedClaudeOptions): Promise<SimulatedClaude> => {
  const answer = createRoutes(clock);
  let requests = 0;
  return listen(port, async (exchange) => {
    requests += 1;
    const requestId = `req_sim_${String(requests).padStart(8, '0')}`;
    const { method, path, query, headers, response, signal } = exchange;
    const incoming = { method, path, query, headers, body: exchange.raw.toString('utf8'), requestId };
    await play(answer(incoming), response, { clock, signal, headers: { 'request-id': requestId } });
  });
};
