import { ofType, type Template } from '../compiled-template.ts';

/**
 * Lets the secrets of a protected stage stay when it goes, as its tables do: CloudFormation deletes a secret without a way back.
 * One that was made by a deployment that failed goes with it, so that it can be tried again.
 */
export const keepSecrets = (template: Template, isProtected: boolean): void => {
  if (!isProtected) return;
  for (const [, secret] of ofType(template, 'AWS::SecretsManager::Secret'))
    secret.DeletionPolicy = 'RetainExceptOnCreate';
};
