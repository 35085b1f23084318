import { AppError } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { familyOf } from '../pricing/pricing.ts';
import type { Tenant } from '../tenants/types.ts';

/** What the tenant may not use, by the field that names it. */
export const forbidden = (path: string, message: Redacted): AppError =>
  new AppError('forbidden', message, { issues: [{ path, message: safe`is not allowed for the tenant` }] });

/** Whether a tenant may use a model, by its own name or its family's; `null` is one that somebody else chooses. */
export const isAllowed = ({ allowedModels }: Tenant, model: string | null): boolean =>
  allowedModels === null ||
  (model !== null && (allowedModels.includes(model) || allowedModels.includes(familyOf(model))));

/** Throws `forbidden` for a model that the tenant is not allowed; `null` is one that somebody else chooses. */
export const checkAllowedModel = (model: string | null, tenant: Tenant, path = 'model'): void => {
  if (!isAllowed(tenant, model)) throw forbidden(path, safe`The tenant may not use this model.`);
};

/** Models that may stand in for another: the tenant's own for it, then those of `chain`, without what the tenant may not use. */
export const standInsFor = (model: string, chain: readonly string[], tenant: Tenant): string[] => {
  const own = tenant.fallbackModels?.[model] ?? tenant.fallbackModels?.[familyOf(model)] ?? [];
  const all = new Set([...own, ...chain].filter((each) => isAllowed(tenant, each)));
  return [...all].filter((each) => familyOf(each) !== familyOf(model));
};
