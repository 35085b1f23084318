/** What a tool's result may hold: `untrusted` words of others than the caller, `private` what is not for everybody. */
export const READ_KINDS = ['untrusted', 'private'] as const;
export type ReadKind = (typeof READ_KINDS)[number];

/** What a call may do: `external` sends what it is given to others, `state` changes what is the caller's, or acts in their name. */
export const EFFECT_KINDS = ['external', 'state'] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];

/** What a run has read so far, through the results of its tools. */
export type Taint = readonly ReadKind[];

/** What a tool reads and does; `null`: it does not say, which is nothing. */
export interface Flow {
  readonly reads: readonly ReadKind[] | null;
  readonly does: readonly EffectKind[] | null;
}

/** After a run has read all of `reads`, it does not do `does` by itself. */
export interface FlowRule {
  readonly name: 'exfiltration' | 'manipulation';
  readonly reads: readonly ReadKind[];
  readonly does: EffectKind;
  /** What the model and people are told. */
  readonly reason: string;
}

/**
 * Whoever wrote what a run has read may have written it for the model, and is taken to be obeyed. Then nothing private leaves, and
 * nothing is changed that is the caller's own: to change it is to have access to it.
 */
export const FLOW_RULES: readonly FlowRule[] = [
  {
    name: 'exfiltration',
    reads: ['untrusted', 'private'],
    does: 'external',
    reason: 'the run has read untrusted content and private data, and this call sends something to others',
  },
  {
    name: 'manipulation',
    reads: ['untrusted'],
    does: 'state',
    reason: 'the run has read untrusted content, and this call changes something',
  },
];

/** Each kind once, in one order: the same set is the same list. */
export const joined = (...taints: readonly Taint[]): Taint => READ_KINDS.filter((kind) => taints.flat().includes(kind));

/**
 * The rule that a call breaks which a run makes with this taint; `null`: none. What the call itself reads of others is read after
 * it was chosen; what it reads of private data it may send on without the model.
 */
export const brokenRule = (taint: Taint, { reads, does }: Flow): FlowRule | null =>
  FLOW_RULES.find(
    (rule) =>
      does?.includes(rule.does) === true &&
      rule.reads.every((kind) => taint.includes(kind) || (kind === 'private' && reads?.includes(kind) === true)),
  ) ?? null;

/** The rules that an agent can break which reads `inputReads` to begin with, with its tools whose calls they hold. */
export const rulesOf = (tools: readonly (Flow & { readonly name: string })[], inputReads: Taint = []) => {
  const everything = joined(inputReads, ...tools.map(({ reads }) => reads ?? []));
  return FLOW_RULES.flatMap(({ reason: _, ...rule }) => {
    const held = tools.filter((tool) => tool.does?.includes(rule.does)).map(({ name }) => name);
    const isPossible = rule.reads.every((kind) => everything.includes(kind)) && held.length > 0;
    return isPossible ? [{ ...rule, tools: held }] : [];
  });
};
