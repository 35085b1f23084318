import { byPartition, type CountingProxy, type Round, startCountingProxy } from './counting-proxy.ts';

/** More than a call ever sends at a time, so that each round waits until nothing more comes. */
const TOGETHER = 100;
/** Without a new operation for so long, a round is complete. */
const QUIET_MS = 250;

/** Stands between one server or loop and its DynamoDB. */
export const startGatewayProxy = (endpoint: string): Promise<CountingProxy> =>
  startCountingProxy(endpoint, byPartition);

/** The operations of one call, by rounds: those of one wait for those of the round before. */
export const roundsOf = async (
  proxy: CountingProxy,
  call: () => Promise<unknown>,
): Promise<readonly (readonly string[])[]> => {
  const journal = proxy.watch(TOGETHER, QUIET_MS);
  proxy.mark('call');
  await call();
  proxy.mark('answer');
  const until = journal.findIndex((entry) => 'mark' in entry && entry.mark === 'answer');
  return journal.slice(0, until).flatMap((entry) => ('round' in entry ? [entry.round.toSorted()] : []));
};

/** What is read about once a second by all calls together: it may have been read just now. */
export const isLook = (round: Round): boolean =>
  round.every((operation) => /^(?:GetItem|Query) (?:circuit|circuits|cool)$/.test(operation));
