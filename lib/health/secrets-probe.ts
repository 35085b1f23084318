import type { Secret } from '../secrets/loader.ts';
import { isSecretMissing } from '../secrets/missing-secret.ts';
import type { SecretState } from '../secrets/secret-states.ts';
import type { Finding, Probe } from './check.ts';

/** How a secret stands: `unusable` is said of one whose value is read, and is none or not understood. */
type Standing = SecretState | 'unusable';

/** A secret of the stage; its name is that of `npm run secret`, and public where something is wrong with it. */
export interface WatchedSecret {
  readonly name: string;
  readonly standing: (signal: AbortSignal) => Promise<Standing>;
  /** Whether nothing works without it. Default: not. */
  readonly isVital?: boolean;
  /** Whether it may have no value. Default: not. */
  readonly isOptional?: boolean;
}

/** A secret whose value is read here anyway. Where the store of secrets does not answer, it rejects. */
export const readSecret = (secret: Pick<Secret, 'get'>) => async (): Promise<Standing> => {
  try {
    await secret.get();
    return 'valued';
  } catch (error) {
    if (isSecretMissing(error)) return 'unusable';
    throw error;
  }
};

const enumerated = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** In the order in which they are told: what is said of one, of several, and whether a new value ends it. */
const GAPS = {
  unusable: ['has no value, or none that is understood', 'have no values, or none that are understood', true],
  empty: ['has no value', 'have no values', true],
  deleted: ['is being deleted (aws secretsmanager restore-secret)', 'are being deleted (restore-secret)', false],
  refused: ['may not be looked at, or is gone', 'may not be looked at, or are gone', false],
  unknown: ['was not looked at: no answer', 'were not looked at: no answer', false],
} as const satisfies Record<Exclude<Standing, 'valued'>, readonly [one: string, several: string, isPut: boolean]>;

/** What gives a secret of the stage a value. */
export const putCommand = (name: string, stage: string): string =>
  `npm run secret -- put ${name} ${stage === 'local' ? '--local' : `--stage ${stage}`}`;

const sentence = (gap: keyof typeof GAPS, names: readonly string[], stage: string): string => {
  const [one, several, isPut] = GAPS[gap];
  const [first = '', ...others] = names;
  const put = isPut ? `: ${putCommand(others.length === 0 ? first : '<name>', stage)}` : '';
  return others.length === 0 ? `${first} ${one}${put}` : `${enumerated(names)} ${several}${put}`;
};

/** Whether each secret that the stage uses has a value. Which has none is told by name, with the command that puts one. */
export const secretsProbe = (stage: string, secrets: readonly WatchedSecret[]): Probe => ({
  async ask(signal): Promise<Finding> {
    const all = await Promise.all(
      secrets.map(async (secret) => ({ ...secret, standing: await secret.standing(signal) })),
    );
    const wrong = all.filter(
      ({ standing, isOptional = false }) => standing !== 'valued' && !(isOptional && standing === 'empty'),
    );
    if (wrong.length === 0) return { status: 'healthy' };
    const told = (Object.keys(GAPS) as (keyof typeof GAPS)[]).flatMap((gap) => {
      const names = wrong.filter(({ standing }) => standing === gap).map(({ name }) => name);
      return names.length === 0 ? [] : [sentence(gap, names, stage)];
    });
    const status = wrong.some(({ isVital = false }) => isVital) ? 'unhealthy' : 'degraded';
    return { status, detail: told.join('; ') };
  },
  failed: { status: 'unhealthy', detail: 'does not answer' },
});
