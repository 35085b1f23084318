/**
 * How a part of a request is bounded, beyond what its members are:
 * - `bytes`: each token of it is at least one byte of what it is written with;
 * - a number: as `bytes`, and so many tokens that the provider adds;
 * - `window`: only the model's context window bounds it;
 * - `image`, `document`: by what they contain, see `measureContent`;
 * - `reference`: it repeats the definition of a tool that the request declares;
 * - `server-use`: a call of a provider's tool, which still has to run unless its result follows;
 * - `tool-search`: the model is asked again after each search, with the definitions that were found;
 * - `web-fetch`, `web-search`: the model is asked again with whatever was found; needs `max_uses`;
 * - `unbounded`: nothing bounds it, or nothing that is known.
 */
export type Bound =
  | number
  | 'bytes'
  | 'window'
  | 'image'
  | 'document'
  | 'reference'
  | 'server-use'
  | 'tool-search'
  | 'web-fetch'
  | 'web-search'
  | 'unbounded';

/** What may stand at a member of an object. */
export type Member =
  /** The client's own data: it adds nothing beyond its bytes, and nobody looks into it. */
  | { readonly is: 'free' | 'unbounded' | 'model' | 'betas' }
  /** A string: one of `allowed`. Those of `unbounded` are known, and refused as the unknown ones are. */
  | { readonly is: 'value'; readonly allowed: readonly string[]; readonly unbounded: readonly string[] }
  /** An object of that shape, or a list of them; with `text` a string may replace it. */
  | { readonly is: 'shape'; readonly shape: string; readonly text: boolean };

/** One kind of object. */
export interface Kind {
  readonly bound: Bound;
  readonly members: ReadonlyMap<string, Member>;
}

/** The kinds of object that may stand in one place, by their `type`; those without one are under `untyped`. */
export interface Shape {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly untyped: Kind | undefined;
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const memberOf = (word: string): [name: string, Member] => {
  const [, name = '', sign = '', rest = ''] = /^(\w+)(?:([:=])(.+))?$/.exec(word) ?? [];
  if (name === '') throw new RangeError(`not a member: ${word}`);
  if (sign === '=') {
    const values = rest.split('|');
    const unbounded = values.filter((value) => value.startsWith('!')).map((value) => value.slice(1));
    return [name, { is: 'value', allowed: values.filter((value) => !value.startsWith('!')), unbounded }];
  }
  if (sign === '') return [name, { is: 'free' }];
  if (rest === '!') return [name, { is: 'unbounded' }];
  if (rest === 'model' || rest === 'betas') return [name, { is: rest }];
  return [name, { is: 'shape', shape: rest.replace('?', ''), text: rest.endsWith('?') }];
};

const kindOf = (bound: Bound, members: string): Kind => ({ bound, members: new Map(words(members).map(memberOf)) });

/**
 * Kinds of one bound, by their types, and their members. In both, words; of the members `name` is the client's own data, `name:shape`
 * an object of that shape or a list of them, `name:shape?` that or a plain text, `name=a|b|!c` one of the strings `a` and `b` (`c` is
 * known, and unbounded), `name:model` a model's name, `name:betas` a list of betas, and `name:!` unbounded.
 */
export const kinds = (types: string, bound: Bound, members = ''): [type: string, Kind][] => {
  const kind = kindOf(bound, `type ${members}`);
  return words(types).map((type) => [type, kind]);
};

/** A shape of kinds that have a `type`; `untyped` names the one that is meant where there is none. */
export const typed = (all: readonly [type: string, Kind][], untyped = ''): Shape => {
  const byType = new Map(all);
  return { kinds: byType, untyped: byType.get(untyped) };
};

/** The shape of an object that has no `type`, and no bound but its bytes. */
export const plain = (members: string): Shape => ({ kinds: new Map(), untyped: kindOf('bytes', members) });

/** The words of all texts. */
export const named = (...texts: readonly string[]): ReadonlySet<string> => new Set(texts.flatMap(words));
