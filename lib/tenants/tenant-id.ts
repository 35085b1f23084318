import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

const TENANT_ID = /^[a-z0-9-]{1,64}$/;

/** The id as it was sent. Throws `invalid-request` at `tenantId` for what can be none. */
export const checkedTenantId = (tenantId: string): string => {
  if (TENANT_ID.test(tenantId)) return tenantId;
  const issues = [{ path: 'tenantId', message: safe`must have 1 to 64 characters of a-z, 0-9 and -` }];
  throw new AppError('invalid-request', safe`The tenant id is not valid; see errors.`, { issues });
};
