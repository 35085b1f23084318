import type { RunEvent } from '../runs/log-entry.ts';
import type { RunKey } from '../runs/run-key.ts';
import type { RunRow, RunStatus } from '../runs/types.ts';

/** The last event of a run, by what its row says. */
export const lastEventOf = (
  status: RunStatus,
  body: Readonly<Record<string, unknown>>,
  { runId }: RunKey,
): readonly [event: string, data: object] => {
  if (status === 'cancelled') return ['run.cancelled', { runId, usage: body['usage'] }];
  if (status === 'succeeded' || status === 'incomplete') {
    const { metadata: _, ...answer } = body;
    return ['run.succeeded', answer];
  }
  return ['run.failed', body['error'] as object];
};

/** The events of a run that has no log, a synchronous one that has ended: what can still be told by its row. */
export const eventsOfRow = (row: RunRow): readonly RunEvent[] => {
  const { output } = row.body;
  const [event, data] = lastEventOf(row.status, row.body, row);
  return [
    { event: 'run.started', data: { runId: row.runId } },
    ...(typeof output === 'string' && output !== '' ? [{ event: 'text.delta', data: { text: output } }] : []),
    { event, data },
  ];
};
