import { createCachedSecret } from '../secrets/cached-secret.ts';
import type { App } from './app.ts';

/** What tells people of something, out of an app's own parts: who is told stands in a secret. */
export const alertingOf = ({ clock, emit, log, config, core: { random, fetch, secrets } }: App) => {
  const targets = createCachedSecret({ read: () => secrets.readOptional(config.ALERTS_SECRET_ID), clock });
  return { clock, random, emit, log, fetch, secret: () => targets.get() };
};
