import type { MiddlewareObj } from '@middy/core';
import type { Secret } from '../secrets/loader.ts';

/** Makes sure that a secret can be had before work begins that needs it; its value stays where it is kept. */
export const loadedSecret = (secret: Pick<Secret, 'get'>): MiddlewareObj => ({
  before: async () => {
    await secret.get();
  },
});
