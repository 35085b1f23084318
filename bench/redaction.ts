import { DEFAULT_CLASSES, REDACTION_CLASSES, type RedactionClass } from '../lib/redaction/classes.ts';
import { openGuard } from '../lib/redaction/output-guard.ts';
import { atMost, type Section } from './section.ts';

const ROUNDS = 2_000;
/** The aim of the project for the first token of an answer. */
const LIMIT_MS = 5;

/** How long the first piece of an answer is looked at, once its guard is there, in milliseconds. */
const firstPieceMs = async (
  classes: readonly RedactionClass[],
): Promise<{ readonly first: number; readonly p99: number }> => {
  const guard = await openGuard({ classes, isShadow: false });
  const times = Array.from({ length: ROUNDS }, () => {
    const redactor = guard.joinedTexts();
    const begun = performance.now();
    redactor.push('Hello');
    return performance.now() - begun;
  });
  const [first = 0] = times;
  return { first, p99: times.toSorted((a, b) => a - b)[Math.floor(ROUNDS * 0.99)] ?? 0 };
};

/** What redaction adds to the first token. */
export const redaction = async (): Promise<Section> => {
  const [usual, all] = [await firstPieceMs(DEFAULT_CLASSES), await firstPieceMs(REDACTION_CLASSES)];
  const row = (name: string, { first, p99 }: typeof usual) => [name, first.toFixed(3), p99.toFixed(3)];
  return {
    title: 'Redaction: the first token',
    columns: ['classes', 'first in a process, ms', '99 of 100, ms'],
    rows: [row('by default', usual), row('all', all)],
    meaning: `How long the first piece of an answer is looked at. The detectors are loaded with the request, before the model is asked. Limit: ${LIMIT_MS} ms.`,
    breaches: [
      ...atMost('The first piece, by default', usual.first, LIMIT_MS),
      ...atMost('The first piece, all classes', all.first, LIMIT_MS),
    ],
  };
};
