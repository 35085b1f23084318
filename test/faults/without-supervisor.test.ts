import { beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { type Cell, runLane } from './lane.ts';
import { JSON_WAY } from './ways.ts';

/** Rows that a naive reader of the stream gets wrong: as an answer that is none, or without any end in time. */
const ITS_OWN = [
  'accepted and never answered, once',
  'a first content that is too slow, once',
  'a stall before the content, once',
  'a stall amid the content, once',
  'a stall inside thinking that is not shown, once',
  'a clean cut before the content, once',
  'a clean cut amid the content, once',
  'all of the text without its end, once',
  'a body of malformed JSON, once',
  'a body of JSON instead of events, once',
  'a body of HTML instead of events, once',
];

/** Rows that need no supervisor: they show that the server works without it, and that not everything is red. */
const OTHERS = ['500, once', 'a reset before the headers, once', 'a refusal by the model', 'a missing message_stop'];

const rowOf = (name: string): number => FAULTS.findIndex((fault) => fault.name === name);

/** All that hang are asked at the same time, and given up long before their deadline. */
const PATIENCE_MS = 6_000;

let cells: readonly Cell[];
beforeAll(async () => {
  const preload = new URL('unsupervised.ts', import.meta.url).href;
  cells = await runLane(JSON_WAY, [...OTHERS, ...ITS_OWN].map(rowOf), {
    nodeArguments: ['--import', preload],
    atOnce: 16,
    patienceMs: PATIENCE_MS,
  });
});

const verdictOn = (name: string) => cells.find(({ row }) => row === rowOf(name))?.verdict;

describe('a server whose attempts are not supervised', () => {
  it.each(ITS_OWN)('fails at %s', (name) => {
    expect(verdictOn(name)).toBe('fail');
  });

  it.each(OTHERS)('is as good as any at %s', (name) => {
    expect(verdictOn(name)).toBe('pass');
  });
});
