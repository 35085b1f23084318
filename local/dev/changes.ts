/** One file that is other than it was. */
export interface Change {
  /** From the project's directory. */
  readonly path: string;
  readonly what: 'changed' | 'added' | 'deleted';
}

/** Files by their path from the project's directory, each with what changes when it is written. */
export type Stamps = ReadonlyMap<string, string>;

export const changesBetween = (before: Stamps, after: Stamps): Change[] => [
  ...[...after].flatMap(([path, stamp]): Change[] => {
    const earlier = before.get(path);
    if (earlier === undefined) return [{ path, what: 'added' }];
    return earlier === stamp ? [] : [{ path, what: 'changed' }];
  }),
  ...[...before.keys()].flatMap((path): Change[] => (after.has(path) ? [] : [{ path, what: 'deleted' }])),
];

const verbOf = { changed: 'changed', added: 'is new', deleted: 'is gone' } as const;

/** As `agents/support.ts changed` or `agents/support.ts changed, with 2 other files`. */
export const describeChanges = (changes: readonly Change[]): string => {
  const [first] = changes;
  if (first === undefined) return 'nothing changed';
  const others = new Set(changes.map(({ path }) => path)).size - 1;
  const more = others === 0 ? '' : `, with ${others} other file${others === 1 ? '' : 's'}`;
  return `${first.path} ${verbOf[first.what]}${more}`;
};
