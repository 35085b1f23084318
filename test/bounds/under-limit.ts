import { createGatewayRig } from './gateway-rig.ts';
import type { OrdinaryRequest } from './ordinary-requests.ts';
import { dearestBill } from './provider-bill.ts';

/** What comes of a request under a limit: `answered`, or why not. */
export const under = async (dailyBudgetUsd: string, { body, betas }: OrdinaryRequest): Promise<string> => {
  // A small bill: what is asked here is whether it is let through.
  const rig = createGatewayRig('tenant', dailyBudgetUsd, (asked) =>
    dearestBill({ ...asked, model: 'claude-sonnet-5-5', tools: [] }, []),
  );
  const outcome = await rig
    .ask(body, betas)
    .catch((error: unknown) => ({ ok: false as const, fault: { error: error as Error } }));
  return outcome.ok ? 'answered' : outcome.fault.error.message;
};
