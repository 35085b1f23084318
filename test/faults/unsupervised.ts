import { registerHooks } from 'node:module';

/*
 * Preloaded by `--import` into a server: whoever imports the supervised attempt gets the naive one.
 * The product has no switch for it.
 */

const NAIVE = new URL('naive-attempt.ts', import.meta.url).href;
const SUPERVISED = new URL('../../lib/model-call/attempt/supervised-attempt.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return found.url === SUPERVISED ? { ...found, url: NAIVE } : found;
  },
});
