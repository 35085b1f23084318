import type { PoolKey } from '../model-call/provider.ts';
import type { ShownRest } from '../rests/rests.ts';
import type { Finding, Probe } from './check.ts';

/** A name is `<provider>/<model>/<kind>/<key's id>`. */
const partsOf = (name: string) => {
  const [, model = '', kind = '', keyId = ''] = name.split('/');
  return { what: kind === 'standard' ? model : `${model} (${kind})`, keyId };
};

/**
 * A model is left alone where it rests on every key, until the first of them may be asked: calls of that kind are refused, or
 * a fallback answers them. As long as one key does not rest, it takes them all.
 */
export const findingOfRests = (rests: readonly ShownRest[], keys: readonly Pick<PoolKey, 'id'>[]): Finding => {
  const ids = new Set(keys.map(({ id }) => id));
  const ofPool = rests.map(({ name, until }) => ({ ...partsOf(name), until })).filter(({ keyId }) => ids.has(keyId));
  const resting = [...Map.groupBy(ofPool, ({ what }) => what)].filter(([, own]) => own.length === ids.size);
  if (resting.length === 0) return { status: 'healthy' };
  const told = resting.map(([what, own]) => {
    const until = new Date(Math.min(...own.map((rest) => rest.until))).toISOString();
    return `${what} rests on every key until ${until}`;
  });
  return { status: 'degraded', detail: told.join(', ') };
};

export interface RestsProbeOptions {
  readonly rests: { list(): Promise<readonly ShownRest[]> };
  /** Rejects where there are none. */
  readonly keys: () => Promise<readonly PoolKey[]>;
}

/** Which models rest. Without a key nothing rests: that there is none is what other checks say. */
export const restsProbe = ({ rests, keys }: RestsProbeOptions): Probe => ({
  async ask() {
    const [all, pool] = await Promise.all([rests.list(), keys().catch(() => [])]);
    return findingOfRests(all, pool);
  },
  failed: { status: 'degraded', detail: 'does not answer' },
});
