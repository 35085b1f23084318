import { type Item, n, optional, readNumber, readString, s } from '../dynamodb/attributes.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Circuit, CircuitState, Word } from './circuit.ts';
import type { Window } from './window.ts';

const windowAttribute = (window: Window): Item => ({
  window: {
    L: window.map(({ endsAt, calls, failures, failedBy, succeededBy }) => ({
      M: {
        endsAt: n(endsAt),
        calls: n(calls),
        failures: n(failures),
        failedBy: { M: Object.fromEntries(Object.entries(failedBy).map(([by, each]) => [by, n(each)])) },
        succeededBy: { L: succeededBy.map(s) },
      },
    })),
  },
});

const readCounts = (counts: Item): Record<string, number> =>
  Object.fromEntries(Object.keys(counts).map((by) => [by, readNumber(counts, by)]));

const readWindow = (item: Item): Window =>
  (item['window']?.L ?? []).map(({ M: slice = {} }) => ({
    endsAt: readNumber(slice, 'endsAt'),
    calls: readNumber(slice, 'calls'),
    failures: readNumber(slice, 'failures'),
    failedBy: readCounts(slice['failedBy']?.M ?? {}),
    succeededBy: (slice['succeededBy']?.L ?? []).flatMap(({ S: by }) => (by === undefined ? [] : [by])),
  }));

const wordAttributes = (word: Word | undefined): Item => ({
  ...(word !== undefined && { isolatedBy: s(word.by) }),
  ...(word?.reason && { reason: s(word.reason) }),
});

const readWord = (item: Item): { readonly word?: Word } => {
  const by = optional(item, 'isolatedBy', readString);
  return by === null ? {} : { word: { by, reason: optional(item, 'reason', readString) } };
};

const stateAttributes = (circuit: Circuit): Item => {
  switch (circuit.state) {
    case 'closed':
      return windowAttribute(circuit.window);
    case 'open':
      return {
        failures: n(circuit.failures),
        openedAt: n(circuit.openedAt),
        probeAt: n(circuit.probeAt),
        ...(circuit.window !== undefined && windowAttribute(circuit.window)),
      };
    case 'half-open': {
      const { failures, openedAt, successes, probe } = circuit;
      return {
        failures: n(failures),
        openedAt: n(openedAt),
        successes: n(successes),
        ...(probe === null ? {} : { probeTicket: n(probe.ticket), leaseEndsAt: n(probe.leaseEndsAt) }),
      };
    }
    case 'isolated':
      return { openedAt: n(circuit.openedAt), ...wordAttributes(circuit.word) };
  }
};

/** A circuit's own attributes, without key and time to live. */
export const circuitAttributes = (circuit: Circuit): Item => ({
  state: s(circuit.state),
  version: n(circuit.version),
  generation: n(circuit.generation),
  ...stateAttributes(circuit),
});

const readState = (item: Item): CircuitState => {
  const state = readString(item, 'state');
  if (state === 'closed') return { state, window: readWindow(item) };
  const openedAt = readNumber(item, 'openedAt');
  if (state === 'isolated') return { state, openedAt, ...readWord(item) };
  const failures = readNumber(item, 'failures');
  if (state === 'open') {
    const window = item['window'] === undefined ? {} : { window: readWindow(item) };
    return { state, failures, openedAt, probeAt: readNumber(item, 'probeAt'), ...window };
  }
  if (state !== 'half-open') throw new AppError('internal', safe`A stored circuit is in no known state.`);
  const probe =
    item['probeTicket'] === undefined
      ? null
      : { ticket: readNumber(item, 'probeTicket'), leaseEndsAt: readNumber(item, 'leaseEndsAt') };
  return { state, failures, openedAt, successes: readNumber(item, 'successes'), probe };
};

/** Reads a circuit back; `internal` where somebody else wrote the item. */
export const readCircuit = (item: Item): Circuit => ({
  ...readState(item),
  version: readNumber(item, 'version'),
  generation: readNumber(item, 'generation'),
});
