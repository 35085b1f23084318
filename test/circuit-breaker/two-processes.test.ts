import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { type FleetProcess, startProcess } from '../fleet/start-process.ts';
import type { Order, Told } from './orders.ts';
import { NAME, OPTIONS } from './parts.ts';

const CALLER = new URL('caller.ts', import.meta.url);

type Caller = FleetProcess<Order, Told>;

describeOnDynamoDb('circuits over two processes', (engine) => {
  const running = new Set<Caller>();
  let seed = 0;

  const start = async (): Promise<Caller> => {
    seed += 1;
    const caller = await startProcess<Order, Told>(CALLER, engine().endpoint, String(seed));
    running.add(caller);
    return caller;
  };
  const stopAll = async () => {
    await Promise.all([...running].map((caller) => caller.kill()));
    running.clear();
  };

  let a: Caller;
  let b: Caller;
  beforeEach(async () => {
    await stopAll();
    const Key = { pk: { S: 'circuits' }, sk: { S: NAME } };
    await engine().sdk.send(new DeleteItemCommand({ TableName: TABLE_NAMES.ControlTable, Key }));
    [a, b] = await Promise.all([start(), start()]);
  });
  afterAll(stopAll);

  const both = (order: Order) => Promise.all([a.tell(order), b.tell(order)]);
  const openBoth = async () => {
    await both({ do: 'enter', count: 3 });
    await both({ do: 'report', count: 3, result: 'failure' });
    await both({ do: 'wait', ms: 1_000 });
    for (const { passed } of await both({ do: 'enter', count: 1 })) expect(passed).toBe(0);
  };
  const changes = (told: readonly Told[]) =>
    told.flatMap(({ events }) => events).filter(({ type }) => type === 'circuit.changed');

  it('open after threshold and ratio, on failures that neither saw enough of alone', async () => {
    await both({ do: 'enter', count: 3 });
    await a.tell({ do: 'report', count: 3, result: 'failure' });
    await b.tell({ do: 'report', count: 1, result: 'failure' });
    await both({ do: 'wait', ms: 1_000 });
    expect((await a.tell({ do: 'enter', count: 1 })).passed).toBe(1);
    const told = await b.tell({ do: 'report', count: 1, result: 'failure' });
    expect(changes([told])).toMatchObject([{ from: 'closed', to: 'open', failures: 5 }]);
    await a.tell({ do: 'wait', ms: 1_000 });
    expect((await a.tell({ do: 'enter', count: 1 })).passed).toBe(0);
  });

  it('do not open on five failures among a thousand successes', async () => {
    await both({ do: 'enter', count: 503 });
    for (let round = 0; round < 5; round += 1) {
      await both({ do: 'report', count: 100, result: 'success' });
      await (round % 2 === 0 ? a : b).tell({ do: 'report', count: 1, result: 'failure' });
      await both({ do: 'wait', ms: 1_000 });
    }
    const told = await both({ do: 'enter', count: 1 });
    expect(told.map(({ passed }) => passed)).toEqual([1, 1]);
    expect(changes(told)).toEqual([]);
  });

  it('send one probe of fifty callers each after the break, and tell of it once', async () => {
    await openBoth();
    await both({ do: 'wait', ms: OPTIONS.breakDurationMs });
    const told = await both({ do: 'enter', count: 50 });
    expect(told.map(({ probes }) => probes).sort()).toEqual([0, 1]);
    expect(told.map(({ passed }) => passed).sort()).toEqual([0, 1]);
    expect(changes(told).filter((event) => 'to' in event && event.to === 'half-open')).toHaveLength(1);
  });

  it('pass the lease of a probe on whose process was killed, when it ends and not before', async () => {
    await openBoth();
    await both({ do: 'wait', ms: OPTIONS.breakDurationMs });
    expect((await a.tell({ do: 'enter', count: 1 })).probes).toBe(1);
    await a.kill();
    await b.tell({ do: 'wait', ms: OPTIONS.probeLeaseMs - 1 });
    expect((await b.tell({ do: 'enter', count: 10 })).passed).toBe(0);
    await b.tell({ do: 'wait', ms: 1_000 });
    expect(await b.tell({ do: 'enter', count: 10 })).toMatchObject({ passed: 1, probes: 1 });
  });

  it('take no late result of an older generation', async () => {
    await a.tell({ do: 'enter', count: 20 });
    await b.tell({ do: 'enter', count: 5 });
    await b.tell({ do: 'report', count: 5, result: 'failure' });
    await both({ do: 'wait', ms: OPTIONS.breakDurationMs });
    for (let probe = 0; probe < OPTIONS.successThreshold; probe += 1) {
      expect((await b.tell({ do: 'enter', count: 1 })).probes).toBe(1);
      await b.tell({ do: 'report', count: 1, result: 'success' });
    }
    const late = await a.tell({ do: 'report', count: 20, result: 'failure' });
    expect(changes([late])).toEqual([]);
    await both({ do: 'wait', ms: 1_000 });
    expect((await both({ do: 'enter', count: 1 })).map(({ passed, probes }) => [passed, probes])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('open on a hundred failures at once, fifty in each', async () => {
    await both({ do: 'enter', count: 50 });
    const told = await both({ do: 'report', count: 50, result: 'failure' });
    expect(changes(told)).toHaveLength(1);
    await both({ do: 'wait', ms: 1_000 });
    expect((await both({ do: 'enter', count: 50 })).map(({ passed }) => passed)).toEqual([0, 0]);
  });
});
