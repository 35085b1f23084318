import type { DynamoDb } from '../../lib/dynamodb/types.ts';

/**
 * What happens to one request: `ok`, `lost` (done, but its answer never arrives), or an error in its place,
 * with which nothing is done.
 */
export type Fault = 'ok' | 'lost' | Error;

export interface FaultyClient extends DynamoDb {
  readonly requests: number;
}

/** An error as the client makes it from an answer. */
export const answered = (httpStatusCode: number, name: string): Error =>
  Object.assign(new Error('told by the service'), { name, $metadata: { httpStatusCode } });

/** An error as the client makes it when there was no answer. */
export const unanswered = (code = 'ECONNRESET'): Error =>
  Object.assign(new Error('socket hang up'), { code, $metadata: {} });

/** The client, with a fault for each of the first requests in turn; later ones pass. */
export const faulty = (client: DynamoDb, faults: readonly Fault[]): FaultyClient => {
  let requests = 0;
  const send: DynamoDb['send'] = async (...asked) => {
    const fault = faults[requests] ?? 'ok';
    requests += 1;
    if (fault instanceof Error) throw fault;
    const answer = await client.send(...asked);
    if (fault === 'lost') throw unanswered();
    return answer;
  };
  return {
    send,
    get requests() {
      return requests;
    },
  };
};
