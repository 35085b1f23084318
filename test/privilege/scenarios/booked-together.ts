import type { Stage } from '../stage.ts';

/** Calls at a time: two of them meet while the record of a third is written, unless the machine is held up. */
export const CALLS = 4;
const MOST_TRIES = 50;

/** Does so again until a function has sent the records of several calls as one request. */
export const bookedTogether = async ({ aws }: Stage, by: string, act: () => Promise<unknown>): Promise<void> => {
  const isSeen = () => aws.requests.some((request) => request.by === by && request.action === 'dynamodb:PartiQLInsert');
  for (let tries = 0; !isSeen(); tries += 1) {
    if (tries === MOST_TRIES) throw new Error(`No two records of ${by} went out as one.`);
    await act();
  }
};

/** So many at a time. */
export const atATime = (call: () => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: CALLS }, call));
