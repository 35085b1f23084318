import { formatUsd, parseUsd, type PicoUsd, sum } from '../../../lib/kernel/money.ts';

/** What one call came to. */
export interface Call {
  /** `succeeded`, another status of a run, or a code with its HTTP status, as `429 rate-limited`. */
  readonly outcome: string;
  /** Why it was refused, in a sentence; `null`: it was not. */
  readonly detail: string | null;
  readonly ms: number;
  /** Which model answered; `null` where none did. */
  readonly model: string | null;
  readonly cost: PicoUsd;
  /** Whether nobody said what it cost: its answer broke off, or came from elsewhere. */
  readonly isCostUnknown: boolean;
}

/** Times in milliseconds; of a hundred sorted ones p90 is the ninetieth. */
export interface Times {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface Outcome extends Times {
  readonly outcome: string;
  readonly calls: number;
  /** What the first of them was told. */
  readonly detail: string | null;
}

export interface Figures {
  readonly calls: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** By outcome, the most frequent first. */
  readonly outcomes: readonly Outcome[];
  readonly models: Readonly<Record<string, number>>;
  readonly costUsd: string;
  /** Of the calls that cost something; `null`: none did. */
  readonly costUsdACall: string | null;
}

/** The nearest rank, as most tools have it; of nothing it is 0. */
const percentile = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);

export const timesOf = (ms: readonly number[]): Times => {
  const sorted = ms.toSorted((a, b) => a - b);
  const [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1].map((share) => percentile(sorted, share));
  return { p50: p50 ?? 0, p90: p90 ?? 0, p99: p99 ?? 0, max: max ?? 0 };
};

const ROUND = 10;
const rounded = (value: number): number => Math.round(value * ROUND) / ROUND;

/** What calls came to that took so long together. */
export const figuresOf = (calls: readonly Call[], elapsedMs: number): Figures => {
  const byOutcome = [...Map.groupBy(calls, ({ outcome }) => outcome)].sort(([, a], [, b]) => b.length - a.length);
  const paid = calls.filter(({ cost }) => cost > 0n);
  const cost = sum(paid.map((call) => call.cost));
  const models = Map.groupBy(
    calls.flatMap(({ model }) => (model === null ? [] : [model])),
    (model) => model,
  );
  return {
    calls: calls.length,
    seconds: rounded(elapsedMs / 1_000),
    perSecond: elapsedMs === 0 ? 0 : rounded((calls.length * 1_000) / elapsedMs),
    outcomes: byOutcome.map(([outcome, some]) => ({
      outcome,
      calls: some.length,
      detail: some[0]?.detail ?? null,
      ...timesOf(some.map(({ ms }) => ms)),
    })),
    models: Object.fromEntries([...models].map(([model, some]) => [model, some.length])),
    costUsd: formatUsd(cost),
    costUsdACall: paid.length === 0 ? null : formatUsd((cost / BigInt(paid.length)) as PicoUsd),
  };
};

/** An amount of an answer; nothing where it is not one. */
export const costIn = (usage: unknown): PicoUsd => {
  const text: unknown = typeof usage === 'object' && usage !== null ? Reflect.get(usage, 'costUsd') : undefined;
  try {
    return parseUsd(String(text));
  } catch {
    return parseUsd('0');
  }
};
