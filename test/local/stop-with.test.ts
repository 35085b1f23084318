import { expect, it } from 'vitest';
import { describeWait } from '../../local/stop-with.ts';

const RUN = 'POST /agent/run';

it.each<[underWay: readonly string[], unfinished: number, said: string | null]>([
  [[], 0, null],
  [[RUN], 0, 'Waiting for 1 run, 10 s at most; Ctrl-C again ends at once.'],
  [[RUN, RUN, 'GET /usage'], 0, 'Waiting for 2 runs and 1 other request, 10 s at most; Ctrl-C again ends at once.'],
  [['POST /v1/messages'], 0, 'Waiting for 1 request, 10 s at most; Ctrl-C again ends at once.'],
  [[], 1, '1 asynchronous run goes on at the next start.'],
  [
    [RUN],
    2,
    'Waiting for 1 run, 10 s at most; Ctrl-C again ends at once. 2 asynchronous runs go on at the next start.',
  ],
])('a server that is stopped with %j and %i unfinished runs says: %s', (underWay, unfinished, said) => {
  expect(describeWait(underWay, unfinished)).toBe(said);
});
