import { ofType, type Template } from '../compiled-template.ts';
import type { SecretKind } from '../secret/secret-kind.ts';
import type { Account, Stack } from './aws/account.ts';

/** The stage that is looked at, before it is deployed. */
export interface Subject {
  readonly stage: string;
  readonly region: string;
  /** What it would be deployed as. */
  readonly template: Template;
}

/** The stage, and what there is of it in an account. */
export interface Deployment extends Subject {
  readonly account: Account;
  /** `null`: there is none. */
  readonly stack: Stack | null;
  readonly kinds: readonly SecretKind[];
  /** The file `infra/account.yml`, as a command in the working directory names it. */
  readonly accountTemplate: string;
}

export interface Named {
  /** The logical id. */
  readonly id: string;
  readonly name: string;
}

/** The resources of a type that have a name of their own. */
export const namedIn = (template: Template, type: string, property: string): Named[] =>
  ofType(template, type).flatMap(([id, { Properties }]) => {
    const name = Properties?.[property];
    return typeof name === 'string' ? [{ id, name }] : [];
  });

/** Statuses of what a stack no longer has, or never got. */
const GONE = /^(?:DELETE_COMPLETE|DELETE_SKIPPED|CREATE_FAILED)$/;

/** Whether the stack has this resource: then it is in nobody's way. An ARN ends in the name, or in the name and something random. */
export const isOwn = ({ stack }: Pick<Deployment, 'stack'>, { id, name }: Named): boolean =>
  stack?.resources.some(
    ({ logicalId, physicalId, status }) =>
      logicalId === id && !GONE.test(status) && (physicalId === name || physicalId.includes(`:${name}-`)),
  ) === true;

/** Region and account of an ARN; empty where it names none. */
export const arnParts = (arn: string): { readonly region: string; readonly account: string } => {
  const [, , , region = '', account = ''] = arn.split(':');
  return { region, account };
};

/** A word of a command as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A command of the AWS CLI in the region that is meant. */
export const awsCommand = ({ region }: Pick<Subject, 'region'>, ...words: readonly string[]): string =>
  ['aws', ...words, '--region', region].map(quoted).join(' ');
