import { type RunStream, silentStream } from '../../agent/loop/run-stream.ts';
import { jsonResponse } from '../../http/response/json-response.ts';
import type { HttpResponse } from '../../http/types.ts';
import type { RunAnswer } from '../answer.ts';

/** A run whose caller waits for the whole answer, with what the limits told when it was let in. */
export const runAsJson = async (run: (stream: RunStream) => Promise<RunAnswer>): Promise<HttpResponse> => {
  let limits: Readonly<Record<string, string>> = {};
  const answer = await run({ ...silentStream, admitted: (headers) => (limits = headers) });
  const response = jsonResponse(answer);
  return { ...response, headers: { ...response.headers, ...limits } };
};
