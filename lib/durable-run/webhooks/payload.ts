import type { ApprovalRequest } from '../../runs/inbox/inbox-item.ts';
import type { Delivery } from '../../runs/outbox/delivery.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { RunRow } from '../../runs/types.ts';
import { runView } from '../../runs/views.ts';

/** What a receiver has to take: beyond it the large part is left out. */
export const MOST_PAYLOAD_BYTES = 256 * 1024;

/** Where a tool call is decided. */
export const approvalPath = ({ runId }: RunKey, toolUseId: string): string =>
  `/agent/runs/${runId}/approvals/${encodeURIComponent(toolUseId)}`;

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

const bounded = (envelope: object, data: Readonly<Record<string, unknown>>, large: 'output' | 'input'): string => {
  const body = JSON.stringify({ ...envelope, data });
  if (Buffer.byteLength(body) <= MOST_PAYLOAD_BYTES) return body;
  const { [large]: _, ...rest } = data;
  return JSON.stringify({ ...envelope, data: { ...rest, [`${large}Omitted`]: true } });
};

/**
 * The body of a webhook: `{ type, timestamp, data }`, the same bytes at each try. `data` is what `GET /agent/runs/{runId}`
 * answers of a run that has ended, from the same row, so that what is redacted there is here too; of an approval what is
 * asked, and where to answer. `null`: the run is not there any more.
 */
export const payloadOf = (run: RunKey, { type, content, createdAt }: Delivery, row: RunRow | null): string | null => {
  const envelope = { type, timestamp: instant(createdAt) };
  if (type === 'approval.requested') {
    const { toolUseId, tool, input, rule } = content as ApprovalRequest;
    const asked = { toolUseId, tool, input, ...(rule === undefined ? {} : { rule }) };
    const data = { runId: run.runId, ...asked, answerPath: approvalPath(run, toolUseId) };
    return bounded(envelope, data, 'input');
  }
  return row === null ? null : bounded(envelope, runView(row), 'output');
};
