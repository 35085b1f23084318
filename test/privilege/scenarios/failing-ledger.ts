import type { Stage } from '../stage.ts';

/**
 * The ledger takes what a function reserves for a call, and then nothing of its books: until the attempt is parked, or for
 * longer than anybody tries.
 */
export const whileLedgerFails = async (
  { aws, upstream, advance }: Stage,
  by: string,
  lasting: 'until parked' | 'throughout',
  act: () => Promise<unknown>,
): Promise<void> => {
  const asked = upstream.requests.length;
  let isParked = false;
  aws.before((request) => {
    if (request.by !== by || upstream.requests.length === asked) return false;
    const [key = ''] = request.leadingKeys ?? [];
    isParked ||= key === 'parked';
    const isBook = request.action !== 'dynamodb:GetItem' && /^(?:usage|budget)#/.test(key);
    if (!isBook || (isParked && lasting === 'until parked')) return false;
    advance(isParked ? 31_000 : 3_000);
    return true;
  });
  await act();
  aws.before(() => false);
};
