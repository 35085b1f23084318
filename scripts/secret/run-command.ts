import { randomBytes } from 'node:crypto';
import { jsonText } from '../../lib/telemetry/terminal/printable.ts';
import type { SecretCommand } from './read-command.ts';
import { readValue, type ValueSource } from './read-value.ts';
import { type SecretKind, WrongForm } from './secret-kind.ts';
import type { SecretStore } from './stores.ts';

export interface CommandParts {
  readonly kinds: readonly SecretKind[];
  readonly store: SecretStore;
  readonly source: ValueSource;
}

/** Bytes of a secret that is made here. */
const GENERATED_BYTES = 32;

/** When a value is used. */
const whenUsed = ({ stage }: SecretCommand): string =>
  stage === null ? 'npm start reads it when it starts.' : 'Every function uses it within five minutes.';

const stateOf = (kind: SecretKind, text: string | null): string => {
  if (text === null) return 'no value';
  try {
    kind.check(text);
  } catch (error) {
    return `wrong form: ${(error as Error).message}`;
  }
  return kind.rotation?.count(text) === 2 ? 'current and previous' : 'set';
};

const list = async ({ kinds, store }: CommandParts, isJson: boolean): Promise<string> => {
  const secrets = await Promise.all(
    kinds.map(async (kind) => ({ name: kind.name, state: stateOf(kind, await store.read(kind)), what: kind.what })),
  );
  if (isJson) return jsonText({ secrets }, 2);
  const widthOf = (column: 'name' | 'state') => Math.max(...secrets.map((one) => one[column].length));
  const [ofName, ofState] = [widthOf('name'), widthOf('state')];
  return secrets.map(({ name, state, what }) => `${name.padEnd(ofName)}  ${state.padEnd(ofState)}  ${what}`).join('\n');
};

/** The text of a new value, in its form. Rejects with `WrongForm`, quoting nothing. */
const newValue = async (command: SecretCommand, kind: SecretKind, source: ValueSource): Promise<string> => {
  const form = command.verb === 'rotate' ? (kind.rotation?.part ?? kind) : kind;
  const given = command.isGenerated
    ? `whsec_${randomBytes(GENERATED_BYTES).toString('base64')}`
    : await readValue(source, `${form.what}\n${kind.name} (is not shown): `);
  const text = command.kid === undefined ? given : JSON.stringify({ current: { kid: command.kid, secret: given } });
  try {
    form.check(text);
  } catch (error) {
    throw error instanceof WrongForm ? error : new WrongForm(`It was not written: ${(error as Error).message}.`);
  }
  if (!command.isForced) form.checkStrictly(text);
  return text;
};

const put = async (command: SecretCommand, kind: SecretKind, { store, source }: CommandParts): Promise<string> => {
  const { rotation } = kind;
  const before = rotation === null || command.isReplacing ? null : await store.read(kind);
  const refuse = () => {
    throw new WrongForm(
      `${store.placeOf(kind)} has a value, and what it signed would be refused: use rotate, which accepts both, or --replace.`,
    );
  };
  if (before !== null && rotation?.ends === undefined) refuse();
  const text = await newValue(command, kind, source);
  if (before !== null && rotation?.ends?.(before, text)) refuse();
  await store.write(kind, text);
  return `${kind.name} is in ${store.placeOf(kind)}. ${whenUsed(command)}`;
};

const rotate = async (command: SecretCommand, kind: SecretKind, { store, source }: CommandParts): Promise<string> => {
  const before = await store.read(kind);
  if (before === null || kind.rotation === null)
    throw new WrongForm(`${store.placeOf(kind)} has no value yet: put one.`);
  const place = store.placeOf(kind);
  if (command.isFinish) {
    if (kind.rotation.count(before) !== 2) return `${place} has one value, and no previous one: nothing was changed.`;
    await store.write(kind, kind.rotation.finished(before));
    return `${place} has its current value alone. ${whenUsed(command)}`;
  }
  const next = kind.rotation.rotated(before, await newValue(command, kind, source));
  const dropped = kind.rotation.count(before) === 2 ? ' The one before that is accepted no longer.' : '';
  await store.write(kind, next);
  return (
    `${place} has the new value, and the one before it as previous.${dropped} ${whenUsed(command)} ` +
    `Then give the new one to who needs it, and end with rotate ${kind.name} --finish when nobody uses the old one.`
  );
};

/** Does it, and says what was done without a value. Rejects with `WrongForm`, or with what the store says. */
export const runCommand = async (command: SecretCommand, parts: CommandParts): Promise<string> => {
  const { verb, kind } = command;
  if (kind === null) return list(parts, command.isJson);
  return verb === 'put' ? put(command, kind, parts) : rotate(command, kind, parts);
};
