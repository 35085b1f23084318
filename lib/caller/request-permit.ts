import type { Principal } from '../tenants/types.ts';
import { type AdmissionParts, type Caller, createAdmission } from './admission.ts';

export type RequestPermitParts = Omit<AdmissionParts, 'slots'>;

/** A question holds no run's slot, however few the tenant has. */
const NO_SLOTS: AdmissionParts['slots'] = { take: async () => ({ held: true, release: async () => {} }) };

/**
 * Takes one request of each limit that the caller's tenant, key and end user have, and nothing of tokens, slots or
 * money. Resolves with what the limits tell of themselves as headers; throws `rate-limited`, and `forbidden` where a
 * limit of requests is 0.
 */
export const takeRequestPermit = async (
  parts: RequestPermitParts,
  principal: Principal,
  userId: string | null,
  deadline: Caller['deadline'],
): Promise<Readonly<Record<string, string>>> => {
  const tenant = { ...principal.tenant, tokensPerMinute: null, maxConcurrentRuns: null };
  const caller = { principal: { ...principal, tenant }, userId, runId: '', deadline };
  const admission = createAdmission({ ...parts, slots: NO_SLOTS }, caller);
  const refused = await admission.enter(1, () => 0);
  if (refused !== null) throw refused;
  return admission.headers();
};
