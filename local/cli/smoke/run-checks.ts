import { Failed, Skipped, type Smoke, type SmokeCheck } from './check.ts';
import { scopesOf } from './reach.ts';

export interface SmokeFinding {
  readonly check: string;
  readonly verdict: 'ok' | 'fail' | 'skip';
  readonly says: string;
  readonly durationMs: number;
}

const CODE = /^[A-Z][A-Z0-9_]{1,40}$/;

/** What broke a connection, in a sentence. */
const brokenBy = (error: unknown): string => {
  const { code } = ((error as Error).cause ?? error) as { readonly code?: unknown };
  return `The connection broke (${typeof code === 'string' && CODE.test(code) ? code : (error as Error).name}).`;
};

const look = async (smoke: Smoke, { scope, run }: SmokeCheck): Promise<Pick<SmokeFinding, 'verdict' | 'says'>> => {
  try {
    if (scope !== undefined && !(await scopesOf(smoke)).includes(scope)) throw new Skipped(`The key lacks ${scope}.`);
    return { verdict: 'ok', says: await run(smoke) };
  } catch (error) {
    if (error instanceof Skipped) return { verdict: 'skip', says: error.message };
    return { verdict: 'fail', says: error instanceof Failed ? error.message : brokenBy(error) };
  }
};

/** Looks at one thing after the other; none of them keeps the others from being looked at. */
export async function* runChecks(
  smoke: Smoke,
  checks: Readonly<Record<string, SmokeCheck>>,
): AsyncGenerator<SmokeFinding> {
  for (const [name, check] of Object.entries(checks)) {
    const begunAt = smoke.clock.monotonicMs();
    const found = await look(smoke, check);
    yield { check: name, ...found, durationMs: smoke.clock.monotonicMs() - begunAt };
  }
}
