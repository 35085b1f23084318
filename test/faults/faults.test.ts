import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { verdictDue } from './judge.ts';
import { type Cell, runLane } from './lane.ts';
import { asMarkdown, asText, scorecardOf } from './scorecard.ts';
import { WAYS } from './ways.ts';

const cells: Cell[] = [];

// All cells are met before the first is looked at: their waits overlap.
beforeAll(async () => {
  const allWarm = Promise.withResolvers<void>();
  let cold = WAYS.length;
  const whenWarm = () => {
    cold -= 1;
    if (cold === 0) allWarm.resolve();
    return allWarm.promise;
  };
  const lanes = WAYS.map((way) =>
    runLane(way, [...FAULTS.keys()], { whenWarm }).then(
      (run) => cells.push(...run),
      (error: unknown) => {
        // The others need not wait for a lane that has failed.
        allWarm.resolve();
        throw error;
      },
    ),
  );
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
});

afterAll(async () => {
  const card = scorecardOf(
    cells,
    WAYS.map(({ name }) => name),
  );
  process.stdout.write(`\n${asText(card)}\n`);
  if (process.env['FAULTS_DOC'] !== '1') return;
  const file = join(import.meta.dirname, '..', '..', 'docs', 'faults.md');
  writeFileSync(file, await format(asMarkdown(card), { ...(await resolveConfig(file)), filepath: file }));
});

describe.each(WAYS)('asked as $name', (way) => {
  it.each(FAULTS.map((fault, row) => ({ ...fault, row })))('$name: as the contract says', (fault) => {
    const { verdict, why } = cells.find((cell) => cell.row === fault.row && cell.way === way.name)!;
    expect({ verdict, why }).toEqual({ verdict: verdictDue({ fault, way }), why: null });
  });
});
