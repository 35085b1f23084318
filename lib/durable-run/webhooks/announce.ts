import type { ApprovalRequest } from '../../runs/inbox/inbox-item.ts';
import { deliveryIdOf, type DeliveryType } from '../../runs/outbox/delivery.ts';
import type { Outbox } from '../../runs/outbox/outbox.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { AsyncRunStore, RunRow, RunStatus, RunStore } from '../../runs/types.ts';
import type { Tenant } from '../../tenants/types.ts';
import type { Submission } from '../submission.ts';

export interface AnnounceParts {
  readonly runs: Pick<RunStore, 'find'> & Pick<AsyncRunStore, 'findInput'>;
  readonly outbox: Pick<Outbox, 'add'>;
  readonly findTenant: (tenantId: string) => Promise<Tenant | null>;
  /** Those of `WEBHOOK_HOSTS`; where there are none, nothing is sent to anybody's URL. */
  readonly hosts: readonly string[];
}

/**
 * Puts down what others have to be notified of; `deliver-webhooks` sends it. Each thing once, however often it is said:
 * whoever is killed here is to say it again. Rejects with `store-unavailable` only.
 */
export interface Announce {
  /** A run's end, as its row has it. */
  ended(run: RunKey): Promise<void>;
  /** Tool calls that wait for a person. */
  asked(run: RunKey, requests: readonly ApprovalRequest[]): Promise<void>;
}

const typeOf = (status: RunStatus): DeliveryType => {
  if (status === 'cancelled') return 'run.cancelled';
  return status === 'succeeded' || status === 'incomplete' ? 'run.succeeded' : 'run.failed';
};

export const createAnnounce = ({ runs, outbox, findTenant, hosts }: AnnounceParts): Announce => {
  /** The request's own before the tenant's. */
  const urlFor = async (run: RunKey): Promise<string | null> => {
    if (hosts.length === 0) return null;
    const submission = (await runs.findInput(run)) as Submission | null;
    return submission?.request.webhookUrl ?? (await findTenant(run.tenantId))?.webhookUrl ?? null;
  };
  const endOf = (run: RunKey, url: string, { status, updatedAt }: RunRow) =>
    outbox.add(run, { id: deliveryIdOf(run, 'ended'), type: typeOf(status), url, createdAt: updatedAt });
  const requestFor = (run: RunKey, url: string | null, request: ApprovalRequest) =>
    outbox.add(run, {
      id: deliveryIdOf(run, url === null ? 'asked-slack' : 'asked', request.toolUseId),
      type: 'approval.requested',
      url,
      createdAt: request.requestedAt,
      content: request,
    });

  return {
    async ended(run) {
      const url = await urlFor(run);
      const row = url === null ? null : await runs.find(run.tenantId, run.runId);
      if (url !== null && row !== null) await endOf(run, url, row);
    },
    async asked(run, requests) {
      const url = await urlFor(run);
      for (const request of requests) {
        if (url !== null) await requestFor(run, url, request);
        // Whether the stage has a Slack is in a secret that whoever asks does not read.
        await requestFor(run, null, request);
      }
    },
  };
};
