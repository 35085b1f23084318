import { isSet, type JsonObject, objectOf } from '../../kernel/json.ts';
import { SHAPES } from './billable-features.ts';
import type { Kind, Member, Shape } from './judgement.ts';

/** Where something stands in a body, from the inside out; `null` is the body itself. */
export type Path = { readonly parent: Path; readonly name: string | number } | null;

/** A path as an error names it (`messages.3.content.0`). */
export const writePath = (path: Path): string => {
  const names: (string | number)[] = [];
  for (let at = path; at !== null; at = at.parent) names.push(at.name);
  return names.reverse().join('.');
};

/** What a walk meets, in the order of the document. */
export interface Visitor {
  /** An object of a kind that is on the list. */
  kind(value: JsonObject, kind: Kind, shape: string, path: Path): void;
  /** Something that is not on the list, or is on it as unbounded. `name`: what it calls itself; none of it is walked. */
  unknown(value: unknown, name: string, path: Path): void;
  model(name: string, path: Path): void;
  beta(name: string, path: Path): void;
}

/** The member at which something stands, the items of its lists aside. */
const memberAt = (path: Path): string => {
  let at = path;
  while (typeof at?.name === 'number') at = at.parent;
  return String(at?.name ?? 'body');
};

/** What an unknown thing is named by: its own type or value, else its member. */
const nameOf = (value: unknown, path: Path): string => {
  const said = typeof value === 'object' ? objectOf(value)['type'] : value;
  return ['string', 'number', 'boolean'].includes(typeof said) ? String(said) : memberAt(path);
};

const isText = (value: unknown): value is string => typeof value === 'string';

const BODY: Member = { is: 'shape', shape: 'body', text: false };
const MISSING: Member = { is: 'unbounded' };
const NO_KINDS: Shape = { kinds: new Map(), untyped: undefined };

/** Whether a member holds nothing that a visitor has to see: `null` and an empty list ask for nothing. */
const isSettled = (value: unknown, member: Member): boolean =>
  member.is === 'free' ||
  !isSet(value) ||
  (isText(value) &&
    ((member.is === 'value' && member.allowed.includes(value)) || (member.is === 'shape' && member.text)));

/** An object, or a list of them, that is still to be visited. */
interface Open {
  readonly value: object;
  readonly shape: string;
  readonly path: Path;
}

/**
 * Walks what of a body is on the list of billable features. Never into the client's own data (schemas, inputs of tools, texts), and not
 * recursive: a body may be nested deeper than the stack. Linear in what it visits. The items of a list come in order.
 */
export const walkRequest = (body: unknown, visitor: Visitor): void => {
  const open: Open[] = [];

  const meet = (value: unknown, member: Member, path: Path): void => {
    if (member.is === 'shape' && typeof value === 'object' && value !== null)
      open.push({ value, shape: member.shape, path });
    else if (member.is === 'model' && isText(value)) visitor.model(value, path);
    else if (member.is === 'betas' && Array.isArray(value))
      for (const each of value as readonly unknown[]) visitor.beta(String(each), path);
    else visitor.unknown(value, member.is === 'unbounded' ? memberAt(path) : nameOf(value, path), path);
  };

  const enter = (value: JsonObject, shape: string, path: Path): void => {
    const { kinds, untyped } = SHAPES[shape] ?? NO_KINDS;
    const { type } = value;
    const kind = kinds.size === 0 || !isSet(type) ? untyped : isText(type) ? kinds.get(type) : undefined;
    if (kind === undefined || kind.bound === 'unbounded') return visitor.unknown(value, nameOf(value, path), path);
    visitor.kind(value, kind, shape, path);
    for (const name of Object.keys(value)) {
      const member = kind.members.get(name) ?? MISSING;
      if (!isSettled(value[name], member)) meet(value[name], member, { parent: path, name });
    }
  };

  const enterList = (items: readonly unknown[], shape: string, parent: Path): void => {
    // The last that is opened is the first that is visited.
    for (let at = items.length - 1; at >= 0; at -= 1) {
      const value = items[at];
      const path = { parent, name: at };
      if (typeof value === 'object' && value !== null) open.push({ value, shape, path });
      else visitor.unknown(value, nameOf(value, path), path);
    }
  };

  meet(body ?? {}, BODY, null);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, shape, path } = next;
    if (Array.isArray(value)) enterList(value, shape, path);
    else enter(value as JsonObject, shape, path);
  }
};
