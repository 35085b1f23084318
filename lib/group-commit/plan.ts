import type { Item } from '../dynamodb/attributes.ts';
import { compose, type ItemUpdate } from './compose.ts';
import { changed, holds } from './effect.ts';

/** Updates that go out in one. */
export const MOST_IN_ONE = 100;

/** DynamoDB's bounds of one expression: 4 KB of text, 300 operators and functions. */
export const MOST_BYTES = 4_000;
export const MOST_OPERATORS = 290;

/** Text and operators of one clause of each kind, its placeholders of two digits and what joins it to the next included. */
const CONDITIONS = { equal: [22, 2], has: [32, 2], lacks: [36, 2], atMost: [58, 4], atLeast: [28, 2] } as const;
const CHANGES = { set: [18, 1], add: [16, 1], remove: [12, 1] } as const;

/** How much is asked for, and whose turn it is where all cannot be done. */
export interface Member {
  readonly update: ItemUpdate;
  /** What serves as well, where those before it have made the first impossible. */
  readonly otherwise?: ItemUpdate | undefined;
  /** It makes room: it goes before those that may need it. */
  readonly frees: boolean;
}

/** What becomes of those who want the same item. */
export interface Plan<M extends Member> {
  /** What was seen of the item refuses them. */
  readonly refused: readonly M[];
  /** They go out now, as one update, in this order, each in the way that it goes. */
  readonly group: readonly M[];
  readonly update: ItemUpdate | null;
  /** It depends on what the group leaves. */
  readonly waiting: readonly M[];
  /** The group and those that wait, in their order. */
  readonly pending: readonly M[];
}

const countOf = (clauses: object | undefined): number => Object.keys(clauses ?? {}).length;

/** Whether DynamoDB takes it as one request. */
export const fitsInOne = ({ change, assumed }: ItemUpdate): boolean => {
  const total = (part: 0 | 1, sizes: Readonly<Record<string, readonly [number, number]>>, clauses: object) =>
    Object.entries(sizes).reduce(
      (sum, [kind, size]) => sum + size[part] * countOf((clauses as Record<string, object | undefined>)[kind]),
      0,
    );
  return (
    total(0, CONDITIONS, assumed) <= MOST_BYTES &&
    total(0, CHANGES, change) <= MOST_BYTES &&
    total(1, CONDITIONS, assumed) <= MOST_OPERATORS &&
    total(1, CHANGES, change) <= MOST_OPERATORS
  );
};

const touched = ({ update: { change, assumed } }: Member): string[] => [
  ...Object.keys(change.set ?? {}),
  ...(change.remove ?? []),
  ...Object.keys(assumed.equal ?? {}),
  ...(assumed.lacks ?? []),
];

/** Those that make room first, each kind in order of arrival; whoever is about the same attribute as another stays after it. */
export const inOrder = <M extends Member>(members: readonly M[]): M[] => {
  const needed = new Set(members.filter(({ frees }) => !frees).flatMap(touched));
  const isFirst = (member: M) => member.frees && !touched(member).some((name) => needed.has(name));
  return [...members.filter(isFirst), ...members.filter((member) => !isFirst(member))];
};

const waysOf = ({ update, otherwise }: Member): readonly ItemUpdate[] =>
  otherwise === undefined ? [update] : [update, otherwise];

interface Beside {
  readonly update: ItemUpdate;
  readonly together: ItemUpdate;
}

/** The first of these that goes out after what is together so far, and what that makes. */
const besides = (together: ItemUpdate | null, ways: readonly ItemUpdate[]): Beside | null => {
  for (const update of ways) {
    const next = together === null ? update : compose(together, update);
    if (next !== null) return { update, together: next };
  }
  return null;
};

/**
 * Who goes out next, of those who want one item, in this order; `seen` is how it stood after they had all asked, or `null`. Not
 * known, as many go out as one update can hold, and the first of them in any case. Known, those that it refuses are
 * refused, and those that fit after the ones before them go out. Somebody is refused or goes out each time.
 */
export const plan = <M extends Member>(members: readonly M[], seen: Item | null, most = MOST_IN_ONE): Plan<M> => {
  const [refused, group, waiting]: [M[], M[], M[]] = [[], [], []];
  let together: ItemUpdate | null = null;
  let item = seen;
  let isFull = false;
  for (const member of members) {
    const ways = waysOf(member);
    const fitting = ways.filter(({ assumed }) => item === null || holds(item, assumed));
    const found: Beside | null = isFull ? null : besides(together, fitting);
    isFull ||= found !== null && group.length > 0 && (group.length >= most || !fitsInOne(found.together));
    if (found !== null && !isFull) {
      together = found.together;
      if (item !== null) item = changed(item, found.update.change);
      group.push({ ...member, update: found.update, otherwise: undefined });
    } else if (fitting.length === 0 && seen !== null && !ways.some(({ assumed }) => holds(seen, assumed)))
      refused.push(member);
    else waiting.push(member);
  }
  const isRefused = new Set(refused);
  return { refused, group, update: together, waiting, pending: members.filter((member) => !isRefused.has(member)) };
};
