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

/** Secrets of the stack that the next deployment deletes with their values, because nothing uses them. */
const dropped = ({ stack, template }: Deployment): string[] =>
  (stack?.resources ?? [])
    .filter(({ type, status }) => type === 'AWS::SecretsManager::Secret' && !status.startsWith('DELETE_'))
    .filter(({ logicalId }) => template.Resources[logicalId] === undefined)
    .map(({ physicalId }) => physicalId.replace(/^.*:secret:/, '').replace(/-\w{6}$/, ''));

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
  if (lost.length > 0)
    return warn('secret-values', `The deployment deletes ${lost.join(', ')} with its value: no parameter uses it.`, [
      'Set the parameter secretsInAdvance to true to keep it.',
    ]);
  return ok('secret-values', `${there.length} of them, each of its form.`);
};
