/*
 * Preloaded by `--import` into a server: its agents are those of the module that `TEST_AGENTS` names.
 * A test that starts the server again with another one finds other agents there, as after a deployment.
 */
import { registerHooks } from 'node:module';

const url = process.env['TEST_AGENTS'] ?? '';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '#agents' ? { url, shortCircuit: true } : next(specifier, context),
});
