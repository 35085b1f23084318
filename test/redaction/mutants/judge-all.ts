import type { Judged } from './accepted.ts';
import { createJudge } from './judge.ts';
import { mutantsOf } from './mutants.ts';

/** Judges all mutants of a file. */
export const judgeAll = (file: string): Judged => {
  const judge = createJudge(file);
  const judged = mutantsOf(file)
    .map(({ title, source }) => ({ title, sign: judge(source) }))
    .filter(({ sign }) => sign !== undefined);
  return { mutants: judged.length, unseen: judged.filter(({ sign }) => sign === null).map(({ title }) => title) };
};
