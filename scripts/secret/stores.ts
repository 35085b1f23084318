import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { dotEnvText, parseDotEnv, readDotEnv } from '../../local/dot-env.ts';
import { writePrivateFile } from '../../local/private-file.ts';
import { proxiedHandler } from '../proxy.ts';
import { sayStage } from '../say-stage.ts';
import { type SecretKind, WrongForm } from './secret-kind.ts';

/** Where secrets are kept. */
export interface SecretStore {
  /** `null`: it has no value. */
  read(kind: SecretKind): Promise<string | null>;
  /** Rejects with `NoSuchSecret` where the stage has none of the kind. */
  write(kind: SecretKind, text: string): Promise<void>;
  /** Where a secret is, for a person. */
  placeOf(kind: SecretKind): string;
  close(): void;
}

/** The stage has no such secret: it is not deployed, or not with what needs it. */
export class NoSuchSecret extends Error {}

const isMissing = (error: unknown): boolean => (error as Error).name === 'ResourceNotFoundException';

/** Secrets Manager, with whatever credentials the SDK finds. It says first which stage it is, and where. */
export const openStageSecrets = async (stage: string, region: string | undefined): Promise<SecretStore> => {
  const client = new SecretsManagerClient({
    requestHandler: proxiedHandler(),
    ...(region === undefined ? {} : { region }),
  });
  await sayStage(stage, client);
  const placeOf = ({ name }: SecretKind) => `ballast/${stage}/${name}`;
  return {
    placeOf,
    async read(kind) {
      try {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: placeOf(kind) }));
        return SecretString || null;
      } catch (error) {
        // Said of a secret that nobody has given a value, too.
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async write(kind, SecretString) {
      try {
        await client.send(new PutSecretValueCommand({ SecretId: placeOf(kind), SecretString }));
      } catch (error) {
        throw isMissing(error) ? new NoSuchSecret(placeOf(kind), { cause: error }) : error;
      }
    },
    close: () => client.destroy(),
  };
};

/** A value as `.env` spells it, by the one kind of quotes that is not in it. */
const spelled = (value: string): string => {
  if (/^[\w.,:/+=@%-]+$/.test(value)) return value;
  const quote = ["'", '`', '"'].find((each) => !value.includes(each));
  if (quote === undefined || (quote === '"' && value.includes('\\')))
    throw new WrongForm('A file like .env cannot hold this value: it has every kind of quotes.');
  return `${quote}${value}${quote}`;
};

/** The text of a file like `.env` with this variable set so; `null` takes it away. */
export const withVariable = (text: string, name: string, value: string | null): string => {
  const line = new RegExp(
    `^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*(?:"[^"]*"|'[^']*'|\`[^\`]*\`|[^\\n]*)[^\\n]*(?:\\n|$)`,
    'gm',
  );
  if (value === null) return text.replaceAll(line, '');
  const written = `${name}=${spelled(value)}\n`;
  let isWritten = false;
  const replaced = text.replaceAll(line, () => {
    if (isWritten) return '';
    isWritten = true;
    return written;
  });
  const whole = isWritten ? replaced : `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${written}`;
  if (parseDotEnv(whole)[name] !== value) throw new WrongForm('A file like .env cannot hold this value.');
  return whole;
};

/** The file `.env`, which `npm start` reads; only its owner can read it from the first write on. */
export const openLocalSecrets = (file: string): SecretStore => ({
  placeOf: ({ variableNames }) => `${variableNames.join(', ')} of .env`,
  read: async (kind) => kind.fromVariables(readDotEnv(file)),
  async write(kind, value) {
    const before = dotEnvText(file);
    const set = (text: string, [name, value]: [string, string | null]) => withVariable(text, name, value);
    const after = Object.entries(kind.variables(value)).reduce(set, before);
    writePrivateFile(file, after);
  },
  close: () => undefined,
});
