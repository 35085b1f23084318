import { ofType } from '../../compiled-template.ts';
import { type SecretKind, WrongForm } from '../../secret/secret-kind.ts';
import { fail, type Finding, ok, warn } from '../finding.ts';
import { type Deployment, isOwn, namedIn } from '../subject.ts';

/** What is wrong with a value, in words that quote nothing of it. */
interface Defect {
  readonly name: string;
  readonly verdict: 'warn' | 'fail';
  readonly says: string;
}

/** Secrets without which a stage that has them works all the same. `alerts` is looked at with who is notified. */
const DISPENSABLE = new Set(['alerts', 'otlp']);

const formDefect = ({ name, check, checkStrictly }: SecretKind, value: string): Defect | null => {
  try {
    check(value);
  } catch (error) {
    return {
      name,
      verdict: 'fail',
      says: `${name} has the wrong form (${(error as Error).message.replace(/\.$/, '')})`,
    };
  }
  try {
    checkStrictly(value);
  } catch (error) {
    if (!(error instanceof WrongForm)) throw error;
    // It is taken so, and may be meant, as a key of another provider is.
    return { name, verdict: 'warn', says: `${name} is unusual (${error.message.replace(/\.$/, '')})` };
  }
  return null;
};

const defectOf = async ({ account, stage }: Deployment, kind: SecretKind): Promise<Defect | null> => {
  const value = await account.secretValue(`ballast/${stage}/${kind.name}`);
  if (value !== null) return formDefect(kind, value);
  return DISPENSABLE.has(kind.name) ? null : { name: kind.name, verdict: 'fail', says: `${kind.name} has no value` };
};

/** Secrets that leave the stack with the next deployment, because nothing uses them. */
const dropped = ({ stack, template }: Deployment): string[] =>
  (stack?.resources ?? [])
    .filter(({ type, status }) => type === 'AWS::SecretsManager::Secret' && !status.startsWith('DELETE_'))
    .filter(({ logicalId }) => template.Resources[logicalId] === undefined)
    .map(({ physicalId }) => physicalId.replace(/^.*:secret:/, '').replace(/-\w{6}$/, ''));

/** Whether they stay outside the stack: CloudFormation takes the policy for one that leaves the template like for a whole stack. */
const areKept = ({ template }: Deployment): boolean =>
  ofType(template, 'AWS::SecretsManager::Secret').some(
    ([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate',
  );

const droppedFinding = (deployment: Deployment, names: readonly string[]): Finding => {
  const all = names.join(', ');
  const says = areKept(deployment)
    ? `The deployment leaves ${all} with its value outside the stack: no parameter or tool uses it. A later deployment that has it again would fail until that is out of the way.`
    : `The deployment deletes ${all} with its value: no parameter or tool uses it.`;
  return warn('secret-values', says, ['Set the parameter secretsInAdvance to true to keep jwt and webhooks.']);
};

/** Whether each secret that the stage has already holds what it has to. Values are read, and shown to nobody. */
export const checkSecretValues = async (deployment: Deployment): Promise<Finding> => {
  const { stage, template, kinds, region } = deployment;
  const own = namedIn(template, 'AWS::SecretsManager::Secret', 'Name').filter((one) => isOwn(deployment, one));
  const put = (name: string) => `npm run secret -- put ${name} --stage ${stage} --region ${region}`;
  if (own.length === 0) return ok('secret-values', `The deployment makes them empty. Then: ${put('anthropic')}`);
  const there = kinds.filter(({ name }) => own.some((one) => one.name === `ballast/${stage}/${name}`));
  const defects = (await Promise.all(there.map((kind) => defectOf(deployment, kind)))).filter((one) => one !== null);
  if (defects.length > 0) {
    const make = defects.some(({ verdict }) => verdict === 'fail') ? fail : warn;
    const says = `${defects.map((one) => one.says).join('; ')}.`;
    return make(
      'secret-values',
      says,
      defects.map(({ name }) => put(name)),
    );
  }
  const lost = dropped(deployment);
  if (lost.length > 0) return droppedFinding(deployment, lost);
  return ok('secret-values', `${there.length} of them, each of its form.`);
};
