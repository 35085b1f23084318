import { pico, type PicoUsd, plus } from '../kernel/money.ts';

/** An answer shorter than this is of no use; a limit that leaves less room refuses the call instead. */
export const LEAST_OUTPUT_TOKENS = 256;

export interface FitQuestion {
  /** What is left to spend; `null`: no limit. */
  readonly remaining: PicoUsd | null;
  /** The most the input can cost. */
  readonly inputCost: PicoUsd;
  /** Of one output token. */
  readonly outputRate: PicoUsd;
  /** Output tokens wanted. */
  readonly maxTokens: number;
}

export type Fit =
  | { readonly fits: true; readonly maxTokens: number; readonly reserve: PicoUsd }
  | {
      readonly fits: false;
      readonly asked: PicoUsd;
      /** Of the output alone, whatever the input is found to be. */
      readonly outputAlone: PicoUsd;
    };

/**
 * Lowers a call's output tokens to what the remaining money pays for in the worst case, but not below 256
 * (or below what was wanted, where that is less): then the call does not fit.
 */
export const fitOutput = ({ remaining, inputCost, outputRate, maxTokens }: FitQuestion): Fit => {
  const costOf = (tokens: number) => plus(inputCost, pico(outputRate * BigInt(tokens)));
  if (remaining === null || costOf(maxTokens) <= remaining)
    return { fits: true, maxTokens, reserve: costOf(maxTokens) };
  const least = Math.min(LEAST_OUTPUT_TOKENS, maxTokens);
  if (costOf(least) > remaining)
    return { fits: false, asked: costOf(least), outputAlone: pico(outputRate * BigInt(least)) };
  const affordable = Number((remaining - inputCost) / outputRate);
  return { fits: true, maxTokens: affordable, reserve: costOf(affordable) };
};
