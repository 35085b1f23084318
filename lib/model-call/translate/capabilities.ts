import { familyOf } from '../../pricing/pricing.ts';

/**
 * The month in which the table below was gathered; verify it against the provider's own model pages before production.
 */
export const CAPABILITIES_AS_OF = '2026-11';

/**
 * What a model answers with status 400. `effort-without-thinking`: an effort above `high` together with thinking turned
 * off; `no-thinking`: `thinking.type: disabled`; `between-tools`: the lowest thinking setting of one model, which has
 * no other; `output-format`: being held to a JSON schema, which every model of the table takes.
 */
export type Refused =
  | 'sampling'
  | 'manual-thinking'
  | 'adaptive-thinking'
  | 'no-thinking'
  | 'between-tools'
  | 'effort-without-thinking'
  | 'forced-tools'
  | 'prefill'
  | 'system-messages'
  | 'inference-geo'
  | 'task-budget'
  | 'output-format';

/** Levels of `output_config.effort`, by rising effort. */
export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What a model takes and what it refuses of a request, apart from sizes. */
export interface Capability {
  readonly refuses: ReadonlySet<Refused>;
  /** Empty: it refuses the setting altogether. */
  readonly efforts: readonly Effort[];
}

const row = (efforts: readonly Effort[], ...refuses: readonly Refused[]): Capability => ({
  efforts,
  refuses: new Set(refuses),
});

const NO_EFFORT: readonly Effort[] = [];
const EFFORT_4_5: readonly Effort[] = ['low', 'medium', 'high'];
const EFFORT_4_6: readonly Effort[] = ['low', 'medium', 'high', 'max'];

const REFUSED_BY_4_5 = [
  'adaptive-thinking',
  'between-tools',
  'system-messages',
  'inference-geo',
  'task-budget',
] as const satisfies Refused[];
const REFUSED_BY_4_6 = ['prefill', 'between-tools', 'system-messages', 'task-budget'] as const satisfies Refused[];
const REFUSED_SINCE_4_7 = ['prefill', 'sampling', 'manual-thinking'] as const satisfies Refused[];

/**
 * By model family, from stored copies of the provider's migration guides and its pages on thinking, effort, task
 * budgets, data residency and system messages. Sampling stands for any value: what is refused at least when it is no
 * default is of no use as one. Where copies contradict each other (system messages on Sonnet 5) the row is the stricter
 * one.
 */
export const CAPABILITIES: Readonly<Record<string, Capability>> = {
  'claude-fable-5-1': row(EFFORTS, ...REFUSED_SINCE_4_7, 'no-thinking', 'between-tools', 'forced-tools'),
  'claude-fable-5': row(EFFORTS, ...REFUSED_SINCE_4_7, 'no-thinking', 'between-tools'),
  'claude-opus-5-5': row(EFFORTS, ...REFUSED_SINCE_4_7, 'no-thinking', 'between-tools', 'forced-tools'),
  'claude-opus-5': row(EFFORTS, ...REFUSED_SINCE_4_7, 'effort-without-thinking', 'between-tools'),
  'claude-opus-4-8': row(EFFORTS, ...REFUSED_SINCE_4_7, 'between-tools'),
  'claude-opus-4-7': row(EFFORTS, ...REFUSED_SINCE_4_7, 'between-tools', 'system-messages'),
  'claude-opus-4-6': row(EFFORT_4_6, ...REFUSED_BY_4_6),
  'claude-opus-4-5': row(EFFORT_4_5, ...REFUSED_BY_4_5),
  'claude-sonnet-5-5': row(EFFORTS, ...REFUSED_SINCE_4_7, 'no-thinking', 'effort-without-thinking', 'forced-tools'),
  'claude-sonnet-5': row(EFFORTS, ...REFUSED_SINCE_4_7, 'between-tools', 'system-messages', 'task-budget'),
  'claude-sonnet-4-6': row(EFFORT_4_6, ...REFUSED_BY_4_6),
  'claude-sonnet-4-5': row(NO_EFFORT, ...REFUSED_BY_4_5),
  'claude-haiku-5-5': row(EFFORTS, ...REFUSED_SINCE_4_7, 'effort-without-thinking', 'between-tools'),
  'claude-haiku-4-5': row(NO_EFFORT, ...REFUSED_BY_4_5),
};

const rows = Object.values(CAPABILITIES);

/** Refuses all that any model refuses, and what an older one may. */
const STRICTEST: Capability = row(
  EFFORTS.filter((effort) => rows.every(({ efforts }) => efforts.includes(effort))),
  ...rows.flatMap(({ refuses }) => [...refuses]),
  'output-format',
);

/** Of a model, dated or not; one that is not in the table counts as refusing all that any model refuses. */
export const capabilityOf = (model: string): Capability => CAPABILITIES[familyOf(model)] ?? STRICTEST;

/**
 * Models that do not think unless they are asked to, by the provider's pages on thinking; every newer one does, and
 * one that is not known may.
 */
const QUIET: ReadonlySet<string> = new Set([
  ...['claude-opus-4-8', 'claude-opus-4-7', 'claude-opus-4-6', 'claude-opus-4-5'],
  ...['claude-sonnet-4-6', 'claude-sonnet-4-5', 'claude-haiku-4-5'],
]);

/** Whether a model may think, which is billed and need not be shown, with so much said in `thinking.type`. */
export const mayThink = (model: string, asked: string | undefined): boolean => {
  if (asked === undefined) return !QUIET.has(familyOf(model));
  return asked !== 'disabled' || capabilityOf(model).refuses.has('no-thinking');
};
