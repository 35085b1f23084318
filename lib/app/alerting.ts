import { readTargets } from '../alerts/targets.ts';
import type { App } from './app.ts';

/** What tells people of something, out of an app's own parts: who is told stands in a secret. */
export const alertingOf = ({ clock, emit, log, config, core: { random, fetch, secrets } }: App) => {
  const targets = secrets.open(config.ALERTS_SECRET_ID, { check: readTargets, isOptional: true });
  return { clock, random, emit, log, fetch, secret: () => targets.get(), refreshSecret: () => targets.refresh() };
};
