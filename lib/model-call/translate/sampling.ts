import { isSet, objectOf } from '../../kernel/json.ts';
import type { ModelRequest } from '../provider.ts';
import type { Capability } from './capabilities.ts';

export const SAMPLING = ['temperature', 'top_p', 'top_k'] as const;

/** From this API version on sampling parameters are refused by every model and at every value. */
const WITHOUT_SAMPLING = '2026-10-21';

/** The version before it, under which the models that know sampling take it. */
const WITH_SAMPLING = '2023-06-01';

/** The `anthropic-version` of a request that is made here; `undefined`: the newest. */
export const apiVersionOf = (request: ModelRequest): string | undefined =>
  SAMPLING.some((name) => isSet(objectOf(request)[name])) ? WITH_SAMPLING : undefined;

/** Whether a model takes sampling from a request of this API version. Default: the newest. */
export const takesSampling = ({ refuses }: Pick<Capability, 'refuses'>, apiVersion = WITHOUT_SAMPLING): boolean =>
  !refuses.has('sampling') && apiVersion < WITHOUT_SAMPLING;
