import type { Recorded } from './journal-record.ts';
import type { Journals } from './journals.ts';

/**
 * Reads what an earlier process has left unfinished, or has not delivered. A journal that cannot be read, or whose function is
 * not there any more, is complained of and left as it is.
 */
export const readUnfinished = async <Target>(
  journals: Journals,
  functions: ReadonlyMap<string, Target>,
  complain: (error: unknown) => void,
): Promise<{ readonly recorded: Recorded; readonly target: Target }[]> => {
  const found: { readonly recorded: Recorded; readonly target: Target }[] = [];
  for (const [functionName, files] of await journals.listRunning()) {
    const target = functions.get(functionName);
    if (target === undefined) {
      if (files.length > 0) complain(new Error('no durable function has the name of these executions'));
      continue;
    }
    for (const file of files) {
      try {
        const recorded = journals.readRunning(functionName, file);
        if (recorded !== null) found.push({ recorded, target });
      } catch (error) {
        complain(error);
      }
    }
  }
  return found;
};
