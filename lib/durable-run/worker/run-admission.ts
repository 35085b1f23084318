import type { RunAdmission } from '../../caller/admission.ts';
import { asAppError } from '../../kernel/errors.ts';
import type { Tenant } from '../../tenants/types.ts';
import type { CurrentTenant } from './current-tenant.ts';

type Create = (tenant: Tenant) => RunAdmission;

/** A limit of 0 refuses the run's calls, one by one: whatever is not a call, such as its cancellation, goes on. */
const createdOrRefusing = (create: Create, tenant: Tenant): RunAdmission => {
  try {
    return create(tenant);
  } catch (error) {
    const refusal = asAppError(error);
    return {
      enter: () => Promise.resolve(refusal),
      undo: () => Promise.resolve(),
      charge: () => Promise.resolve(),
      leave: () => Promise.resolve(),
      headers: () => ({}),
    };
  }
};

const hasSameLimits = (a: Tenant, b: Tenant): boolean =>
  a.tokensPerMinute === b.tokensPerMinute && a.shadow.includes('rate') === b.shadow.includes('rate');

/** The limits of a run, by the settings that its tenant has at each call: changed ones let it in anew. */
export const admissionOf = (tenant: Pick<CurrentTenant, 'now'>, create: Create): RunAdmission => {
  let by = tenant.now;
  let admission = createdOrRefusing(create, by);
  return {
    async enter(...call) {
      const { now } = tenant;
      if (!hasSameLimits(by, now)) {
        const earlier = admission;
        [by, admission] = [now, createdOrRefusing(create, now)];
        await earlier.leave();
      }
      return admission.enter(...call);
    },
    undo: (step) => admission.undo(step),
    charge: (...used) => admission.charge(...used),
    headers: () => admission.headers(),
    leave: () => admission.leave(),
  };
};
