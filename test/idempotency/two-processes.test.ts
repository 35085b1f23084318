import { afterEach, expect, it, vi } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { size } from '../sizes.ts';
import { NOW } from './parts.ts';
import { type Claimer, startClaimer } from './start-claimer.ts';

const LOCK_MS = 2_000;
const BODY = '{"task":"pay once"}';

// Processes start slowly where many do.
vi.setConfig({ testTimeout: 600_000 });

const count = (outcomes: readonly string[], wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;

describeOnDynamoDb('idempotency over two processes', (engine) => {
  const claimers: Claimer[] = [];
  /** A process whose clock stands at `lateMs` after the start. */
  const start = async (lateMs = 0): Promise<Claimer> => {
    const claimer = await startClaimer(engine().endpoint, NOW + lateMs, LOCK_MS);
    claimers.push(claimer);
    return claimer;
  };
  afterEach(() => Promise.all(claimers.splice(0).map((claimer) => claimer.kill())));

  it('lets exactly one of 50 concurrent requests begin; the others are in progress, and then get its answer', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    for (let round = 0; round < size(5, 100); round += 1) {
      const key = `race-${round}`;
      const claim = { act: 'claim', key, body: BODY, times: 25 } as const;
      const [ofA, ofB] = await Promise.all([a.tell(claim), b.tell(claim)]);
      expect(count([...ofA, ...ofB], 'claimed')).toBe(1);
      expect(count([...ofA, ...ofB], 'idempotency-in-progress')).toBe(49);
      const owner = ofA.includes('claimed') ? a : b;
      expect(await owner.tell({ act: 'complete', key, by: 'owner' })).toEqual(['done']);
      const again = (await Promise.all([a.tell(claim), b.tell(claim)])).flat();
      expect(count(again, 'replay {"by":"owner"}')).toBe(50);
    }
  });

  it('never begins twice while an answer is just being kept', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    for (let round = 0; round < size(5, 100); round += 1) {
      const key = `ending-${round}`;
      expect(await a.tell({ act: 'claim', key, body: BODY, times: 1 })).toEqual(['claimed']);
      const [ended, outcomes] = await Promise.all([
        a.tell({ act: 'complete', key, by: 'a' }),
        b.tell({ act: 'claim', key, body: BODY, times: 49 }),
      ]);
      expect(ended).toEqual(['done']);
      expect(count(outcomes, 'idempotency-in-progress') + count(outcomes, 'replay {"by":"a"}')).toBe(49);
    }
  });

  it('refuses the key for another body in the other process', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await a.tell({ act: 'claim', key: 'other-body', body: BODY, times: 1 });
    const other = { act: 'claim', key: 'other-body', body: '{}', times: 1 } as const;
    expect(await b.tell(other)).toEqual(['idempotency-key-reused']);
    await a.tell({ act: 'complete', key: 'other-body', by: 'a' });
    expect(await b.tell(other)).toEqual(['idempotency-key-reused']);
  });

  it('keeps the claim of a killed process until its lock ends, and then lets exactly one take it over', async () => {
    const [dying, early, a, b] = await Promise.all([start(), start(LOCK_MS - 1), start(LOCK_MS), start(LOCK_MS)]);
    const claim = { act: 'claim', key: 'killed', body: BODY, times: 1 } as const;
    expect(await dying.tell(claim)).toEqual(['claimed']);
    await dying.kill();
    expect(await early.tell(claim)).toEqual(['idempotency-in-progress']);
    const outcomes = (await Promise.all([a, b].map((other) => other.tell({ ...claim, times: 25 })))).flat();
    expect(count(outcomes, 'claimed')).toBe(1);
    expect(count(outcomes, 'idempotency-in-progress')).toBe(49);
  });

  it('never lets the work of a killed process begin anew that had effects', async () => {
    const [dying, other] = await Promise.all([start(), start(10 * LOCK_MS)]);
    await dying.tell({ act: 'claim', key: 'effects', body: BODY, times: 1 });
    expect(await dying.tell({ act: 'markEffects', key: 'effects' })).toEqual(['done']);
    await dying.kill();
    const outcomes = await other.tell({ act: 'claim', key: 'effects', body: BODY, times: 25 });
    expect(count(outcomes, 'run-conflict')).toBe(25);
  });

  it('lets a late owner in another process change nothing', async () => {
    const [late, successor] = await Promise.all([start(), start(LOCK_MS)]);
    const claim = { act: 'claim', key: 'late', body: BODY, times: 1 } as const;
    await late.tell(claim);
    expect(await successor.tell(claim)).toEqual(['claimed']);
    expect(await late.tell({ act: 'release', key: 'late' })).toEqual(['refused']);
    expect(await late.tell({ act: 'complete', key: 'late', by: 'late' })).toEqual(['refused']);
    expect(await late.tell({ act: 'markEffects', key: 'late' })).toEqual(['run-conflict']);
    expect(await late.tell(claim)).toEqual(['idempotency-in-progress']);
    expect(await successor.tell({ act: 'complete', key: 'late', by: 'successor' })).toEqual(['done']);
    expect(await late.tell(claim)).toEqual(['replay {"by":"successor"}']);
  });

  it('decides between a takeover and the mark of effects: never both', async () => {
    const [late, successor] = await Promise.all([start(), start(LOCK_MS)]);
    const seen = new Set<string>();
    for (let round = 0; round < size(10, 200); round += 1) {
      const key = `mark-or-take-${round}`;
      const claim = { act: 'claim', key, body: BODY, times: 1 } as const;
      await late.tell(claim);
      const [[marked], [taken]] = await Promise.all([late.tell({ act: 'markEffects', key }), successor.tell(claim)]);
      seen.add(`${marked} ${taken}`);
    }
    for (const outcome of seen) expect(['done run-conflict', 'run-conflict claimed']).toContain(outcome);
  });
});
