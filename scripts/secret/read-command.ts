import { parseArgs } from 'node:util';
import { nearestName } from '../../lib/kernel/nearest-name.ts';
import { Misused, STAGE } from '../read-options.ts';
import type { SecretKind } from './secret-kind.ts';

export const USAGE = `Puts secrets where the functions read them. A value is piped in or typed unseen, never an argument.

  npm run secret -- list --stage <stage> [--json]
  npm run secret -- put <name> --stage <stage>          e.g. put anthropic --stage dev < key.txt
  npm run secret -- rotate jwt|webhooks|alerts --stage <stage>  the new one; the one before it is accepted too
  npm run secret -- rotate jwt|webhooks|alerts --stage <stage> --finish   the one before it no longer

  --local in place of --stage: into .env, which npm start reads. --region <region>. --kid <id>: key id of a new one for jwt.
  --generate: a new one for webhooks. --replace: put in place of one that is in use. --force: a key of another form.`;

export interface SecretCommand {
  readonly verb: 'list' | 'put' | 'rotate';
  /** `null` for `list`. */
  readonly kind: SecretKind | null;
  /** `null`: `.env`. */
  readonly stage: string | null;
  readonly region: string | undefined;
  readonly kid: string | undefined;
  readonly isFinish: boolean;
  readonly isGenerated: boolean;
  readonly isReplacing: boolean;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

const VERBS = ['list', 'put', 'rotate'] as const;

const misused = (sentence: string) => new Misused(`${sentence}\n\n${USAGE}`);

const parsed = (words: readonly string[]) => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        stage: text,
        region: text,
        kid: text,
        local: flag,
        finish: flag,
        generate: flag,
        replace: flag,
        force: flag,
        json: flag,
      },
    });
  } catch {
    // Its message would quote a word that may be a secret.
    throw misused('One of the options is not known, or lacks its value.');
  }
};

const kindOf = (name: string | undefined, kinds: readonly SecretKind[]): SecretKind => {
  const names = kinds.map((kind) => kind.name);
  const found = kinds.find((kind) => kind.name === name);
  if (found !== undefined) return found;
  const list = `There are: ${names.join(', ')}.`;
  if (name === undefined) throw misused(`Which secret? ${list}`);
  const meant = nearestName(name, names) ?? nearestName(`tools/${name}`, names);
  // The word may be a value that was meant for elsewhere: it is not quoted.
  throw new Misused(`There is no secret of this name. ${meant === null ? '' : `Did you mean ${meant}? `}${list}`);
};

/** What is to be done. Throws `Misused`, quoting no word but names that are known. */
export const readCommand = (words: readonly string[], kinds: readonly SecretKind[]): SecretCommand => {
  const { positionals, values } = parsed(words);
  const [word, name, ...more] = positionals;
  const verb = VERBS.find((each) => each === word);
  if (verb === undefined) throw misused('Say what to do: list, put or rotate.');
  if (more.length > 0 || (verb === 'list' && name !== undefined))
    throw misused('There is a word too many. A value is never an argument: it would stay in the history of the shell.');
  const { stage, region, kid, local, finish, generate, replace, force, json } = values;
  if (local === (stage !== undefined)) throw misused('Say where: --stage <stage>, or --local.');
  if (stage !== undefined && (!STAGE.test(stage) || stage === 'local'))
    throw misused('A stage has a name of letters, digits and -; the one of npm start is --local.');
  const kind = verb === 'list' ? null : kindOf(name, kinds);
  if (verb === 'rotate' && kind?.rotation === null) {
    throw new Misused(
      `Of ${kind.name} no previous one is accepted: put the new one, wait five minutes, then take the old one away where it was made.`,
    );
  }
  if (json && verb !== 'list') throw misused('--json is for list alone.');
  if (kid !== undefined && kind?.name !== 'jwt') throw misused('--kid is for jwt alone.');
  if (generate && kind?.name !== 'webhooks')
    throw misused('--generate is for webhooks alone: whoever signs tokens must know theirs.');
  if (finish && (verb !== 'rotate' || generate || kid !== undefined))
    throw misused('--finish ends a rotation, and takes no value.');
  return {
    verb,
    kind,
    stage: stage ?? null,
    region,
    kid,
    isFinish: finish,
    isGenerated: generate,
    isReplacing: replace,
    isForced: force,
    isJson: json,
  };
};
