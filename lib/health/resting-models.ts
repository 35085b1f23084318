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

/** How many keys of the pool rest, each for at least one model. */
export const restingAmong = (rests: readonly ShownRest[], keys: readonly Pick<PoolKey, 'id'>[]): number => {
  const resting = new Set(rests.map(({ name }) => partsOf(name).keyId));
  return new Set(keys.map(({ id }) => id).filter((id) => resting.has(id))).size;
};

export interface RestsProbeOptions {
  readonly rests: { list(): Promise<readonly ShownRest[]> };
  /** Rejects where there are none. */
  readonly keys: () => Promise<readonly PoolKey[]>;
}

/** The same, of what the store and the pool say now. */
export const countResting =
  ({ rests, keys }: RestsProbeOptions) =>
  async (): Promise<number> =>
    restingAmong(...(await Promise.all([rests.list(), keys().catch(() => [])])));

/** Which models rest. Without a key nothing rests: that there is none is what other checks say. */
export const restsProbe = ({ rests, keys }: RestsProbeOptions): Probe => ({
  async ask() {
    const [all, pool] = await Promise.all([rests.list(), keys().catch(() => [])]);
    return findingOfRests(all, pool);
  },
  failed: { status: 'degraded', detail: 'does not answer' },
});
