import { agents } from '#agents';
import type { Administration } from '../administration/administration.ts';
import { createStageAdministration } from '../administration/stage-administration.ts';
import type { App } from './app.ts';

/** What administrators do, over an app's own stores; what they change is seen at once by this environment. */
export const administrationOf = ({ clock, ids, core }: App): Administration =>
  createStageAdministration({
    ...core.stores,
    clock,
    ids,
    agents,
    keyUses: core.keyUses,
    circuits: core.circuits,
    rests: core.rests,
    randomBytes: core.randomBytes,
    onChanged: (tenantId) => core.authenticator.forget({ tenantId }),
    models: core.prices.keys(),
    isPriced: (model) => core.isPriced(model, clock.now()),
  });
