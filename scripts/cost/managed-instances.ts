import { PRICES } from './prices.ts';

/** List prices of us-east-1 for what plain Lambda does without, in US dollars an hour. */
export const INSTANCE_PRICES = {
  /** A `c7g.large`: two vCPUs. */
  instanceHour: 0.0725,
  /** What Lambda takes for looking after it. */
  fee: 0.15,
  natHour: 0.045,
} as const;

const HOURS_A_MONTH = 730;
const SECONDS_A_MONTH = HOURS_A_MONTH * 3_600;
/** As many as there are at least. */
const INSTANCES = 3;
const STREAMS_AT_ONCE = INSTANCES * 2 * 8;

/** What a million calls cost that wait for a model, by both ways. */
export interface Compared {
  /** A million calls on plain Lambda. */
  readonly plainMillion: number;
  /** A month of instances, whatever they do, and a million requests. */
  readonly instancesMonth: number;
  readonly instancesMillion: number;
  /** Calls in a month from which instances cost less. */
  readonly equalAt: number;
  /** Calls in a month that the least number of instances can stream. */
  readonly mostCalls: number;
}

/** For calls of a function with so much memory that last so long. */
export const compareInstances = (durationMs: number, memoryMb: number): Compared => {
  const gbSeconds = (durationMs / 1_000) * (memoryMb / 1_024);
  const plainMillion = 1_000_000 * (gbSeconds * PRICES.lambdaGbSecond + PRICES.lambdaRequest);
  const { instanceHour, fee, natHour } = INSTANCE_PRICES;
  const instancesMonth = HOURS_A_MONTH * (INSTANCES * instanceHour * (1 + fee) + natHour);
  const instancesMillion = 1_000_000 * PRICES.lambdaRequest;
  return {
    plainMillion,
    instancesMonth,
    instancesMillion,
    equalAt: (1_000_000 * instancesMonth) / (plainMillion - instancesMillion),
    mostCalls: (STREAMS_AT_ONCE * SECONDS_A_MONTH * 1_000) / durationMs,
  };
};
