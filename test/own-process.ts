import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    readonly sharesProcess: boolean;
  }
}

export const WAY_OUT = 'name it in ISOLATED of vitest.config.ts';

/** For what is right for one test file only. Throws in a process that goes on to the next file. */
export const needsOwnProcess = (): void => {
  if (inject('sharesProcess')) throw new Error(`this file needs a process of its own: ${WAY_OUT}`);
};
