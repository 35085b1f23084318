import { disallow, type Template, variablesOf } from './compiled-template.ts';

type Variables = Readonly<Record<string, unknown>>;

const isSet = (variables: Variables, name: string): boolean => (variables[name] ?? '') !== '';

/** Secrets that only some stages use, and what of the environment says that this one does. */
const OPTIONAL: Readonly<Record<string, (variables: Variables) => boolean>> = {
  JwtSecret: (variables) => isSet(variables, 'JWT_ISSUER') && !isSet(variables, 'JWT_JWKS_URL'),
  WebhookSecret: (variables) => isSet(variables, 'WEBHOOK_HOSTS'),
};

/** Takes a secret away, with the permission to read it; functions know it by its name, under which it may be made later. */
const remove = (template: Template, id: string): void => {
  const { Resources } = template;
  const name = Resources[id]?.Properties['Name'];
  delete Resources[id];
  for (const resource of Object.values(Resources))
    for (const [variable, value] of Object.entries(variablesOf(resource)))
      if ((value as { Ref?: string } | null)?.Ref === id) variablesOf(resource)[variable] = name;
  disallow(template, id);
};

/**
 * Leaves a stage without the secrets that nothing in it uses, which cost by the month: those that tokens and webhooks are
 * signed with. With `inAdvance` it has them, so that they can have their values before they are used. Throws an Error where
 * that is neither true nor false.
 */
export const dropUnused = (template: Template, inAdvance: unknown): void => {
  const written = String(inAdvance);
  if (written === 'true') return;
  if (written !== 'false') throw new Error('The parameter secretsInAdvance must be true or false.');
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  for (const [id, isUsed] of Object.entries(OPTIONAL))
    if (!functions.some((one) => isUsed(variablesOf(one)))) remove(template, id);
};
