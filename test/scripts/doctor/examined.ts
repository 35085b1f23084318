import { afterAll, beforeAll } from 'vitest';
import type { Template } from '../../../scripts/compiled-template.ts';
import { compileStage } from '../../../scripts/cost/compile-stage.ts';
import { declareOptions } from '../../../scripts/declare-options.ts';
import { openAccount } from '../../../scripts/doctor/aws/open-account.ts';
import { type Examination, examine } from '../../../scripts/doctor/examine.ts';
import type { Finding } from '../../../scripts/doctor/finding.ts';
import { secretKinds } from '../../../scripts/secret/kinds.ts';
import { ROOT } from '../../made-once.ts';
import { only } from '../../template/stage-options.ts';
import { freshAccount, REGION } from './accounts.ts';
import { imitateAws, type ImitatedAccount, type Imitation, KEYS } from './imitation.ts';

export interface Doctor {
  readonly imitation: () => Imitation;
  /** The template of `dev` with these options of a stage; a fresh copy. */
  readonly template: (options?: Readonly<Record<string, unknown>>) => Template;
  /** What the doctor finds in this account. */
  readonly examined: (account: ImitatedAccount, given?: Partial<Examination>) => Promise<Finding[]>;
}

/** The doctor over the imitation of AWS, for the tests of a file. */
export const doctorOfTests = (): Doctor => {
  let imitation: Imitation | undefined;
  let compiled: Template | undefined;
  beforeAll(async () => {
    imitation = await imitateAws(freshAccount());
    compiled = compileStage(ROOT, 'dev', ['sample-agents']);
  });
  afterAll(() => imitation?.[Symbol.asyncDispose]());
  const running = (): Imitation => {
    if (imitation === undefined) throw new Error('The imitation does not run yet.');
    return imitation;
  };
  const template: Doctor['template'] = (options) => {
    if (compiled === undefined) throw new Error('The stage is not compiled yet.');
    const copy = structuredClone(compiled);
    if (options !== undefined) declareOptions(copy, only(options));
    return copy;
  };
  const credentials = async () => KEYS;
  return {
    imitation: running,
    template,
    async examined(account, given = {}) {
      const { url: endpoint } = running();
      running().account = account;
      running().asked.length = 0;
      const place = { region: REGION, namedBy: '--region', usual: null } as const;
      const clients = { region: REGION, credentials, endpoint, maxAttempts: 1 };
      const examination: Examination = {
        stage: 'dev',
        place,
        directory: ROOT,
        nodeVersion: 'v24.21.0',
        compile: () => template(),
        account: openAccount(clients),
        meant: undefined,
        kinds: secretKinds(new Map()),
        accountTemplate: 'infra/account.yml',
        ...given,
      };
      return Array.fromAsync(examine(examination));
    },
  };
};

/** Those that are not as they should be. */
export const wrong = (findings: readonly Finding[]): Finding[] => findings.filter(({ verdict }) => verdict !== 'ok');
