import type { SeenRequest } from '../upstream/recorder.ts';
import type { ScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import type { Attempt } from './attempts.ts';
import { FAULTS, rightText } from './faults.ts';
import type { Way } from './ways.ts';

/** What is asked of a model for a row: it names the row, by which the upstream knows what to answer. */
export const taskOf = (row: number): string => `[row ${row}] What is ballast?`;

const rowOf = ({ raw }: SeenRequest): number => Number(/\[row (\d+)\]/.exec(raw.toString('utf8'))?.[1] ?? NaN);

const isOpening = ({ raw }: SeenRequest): boolean => !raw.includes('"tool_result"');

/** Answers each request by the row that its task names, so that rows may be asked at the same time. */
export const scriptRows = (upstream: ScriptedUpstream, way: Way): void => {
  const scripts = FAULTS.map(({ script }, row) => script(rightText(row)));
  const asked = new Map<string, number>();
  upstream.script('*', [
    (question) => {
      const seen = upstream.requests.find(({ requestId }) => requestId === question.requestId);
      const row = seen === undefined ? NaN : rowOf(seen);
      const fault = FAULTS[row];
      if (seen?.body === undefined || fault === undefined) throw new Error('a request of no row');
      const opening = fault.opening ?? way.opening;
      if (opening !== null && isOpening(seen)) return opening(question, seen.body);
      const answers = scripts[row]?.[question.model] ?? [];
      const turn = asked.get(`${row} ${question.model}`) ?? 0;
      asked.set(`${row} ${question.model}`, turn + 1);
      const answer = answers[Math.min(turn, answers.length - 1)];
      if (answer === undefined) throw new Error(`row ${row} asks ${question.model}`);
      return answer(question, seen.body);
    },
  ]);
};

/** All that the upstream was asked for a row. */
export const attemptsAt = (row: number, { requests }: ScriptedUpstream, way: Way): Attempt[] => {
  const opens = (FAULTS[row]?.opening ?? way.opening) !== null;
  return requests
    .filter((request) => rowOf(request) === row)
    .map((request) => ({ model: request.model ?? '', at: request.at, opening: opens && isOpening(request) }));
};
