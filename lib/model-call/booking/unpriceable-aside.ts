import { isBoundedBeta, type Unpriceable } from '../../pricing/bounds/judge-request.ts';
import type { Wire } from '../provider.ts';

const BETAS = 'anthropic-beta';

/** Parameters of the query that ask for nothing by themselves. */
const QUERY: ReadonlySet<string> = new Set(['beta']);

/** What a client asks for beside its body, by its betas and its query, that is not known to be bounded. */
export const unpriceableAside = (
  { headers, query }: Pick<Wire, 'headers' | 'query'>,
  window: number,
): Unpriceable[] => {
  const betas = (headers[BETAS] ?? '').split(',').map((beta) => beta.trim());
  return [
    ...betas.filter((beta) => beta !== '' && !isBoundedBeta(beta, window)).map((name) => ({ path: BETAS, name })),
    ...Object.keys(query)
      .filter((name) => !QUERY.has(name))
      .map((name) => ({ path: 'query', name })),
  ];
};
