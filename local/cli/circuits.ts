import { duration } from '../../lib/telemetry/terminal/run-line.ts';
import { ADMIN_USAGE, type Call, verbOf } from './parts.ts';

const USAGE = `Shows the circuits of models and tools, and sets one.

  npx ballast circuits
  npx ballast circuits isolate tool/open-meteo         every call is refused until it is closed
  npx ballast circuits isolate tool/open-meteo --reason 'Their maintenance, until 14:00.'
  npx ballast circuits close anthropic/claude-opus-5-5

${ADMIN_USAGE}`;

interface Circuit {
  readonly name: string;
  readonly state: string;
  readonly failures: number;
  readonly openedAt: string | null;
  readonly retryAfterMs: number | null;
  readonly isolatedBy: string | null;
  readonly reason: string | null;
}

const REASON = { reason: { type: 'string' } } as const;

const list = async (call: Call): Promise<undefined> => {
  const found = (await call.api.ask('/admin/circuits')) as { readonly circuits: readonly Circuit[] };
  call.print(found, () =>
    call.table(
      ['circuit', 'state', 'failures', 'open since', 'tries again in', 'isolated by', 'reason'],
      found.circuits.map(({ name, state, failures, openedAt, retryAfterMs, isolatedBy, reason }) => [
        name,
        state,
        failures,
        openedAt?.slice(0, 19),
        retryAfterMs === null ? null : duration(retryAfterMs),
        isolatedBy,
        reason,
      ]),
    ),
  );
};

const set =
  (state: 'closed' | 'isolated') =>
  async (call: Call): Promise<undefined> => {
    const path = `/admin/circuits/${encodeURIComponent(call.words[0] ?? '')}`;
    const reason = call.text('reason');
    const body = { state, ...(reason !== undefined && { reason }) };
    const circuit = (await call.api.ask(path, { method: 'PUT', body })) as Circuit;
    call.print(circuit, () => `${circuit.name} is ${circuit.state}.\n`);
  };

/** `ballast circuits`. */
export const circuits = verbOf({
  usage: USAGE,
  administers: true,
  parts: {
    list: { run: list },
    isolate: { takes: ['circuit'], options: REASON, run: set('isolated') },
    close: { takes: ['circuit'], options: REASON, run: set('closed') },
  },
});
