import { describe, expect, it } from 'vitest';
import { type Item, keyOf, n } from '../../lib/dynamodb/attributes.ts';
import { createNewItems } from '../../lib/group-commit/new-items.ts';
import { SLOW_MS } from '../../lib/group-commit/queues.ts';
import { answered } from '../dynamodb/faulty-client.ts';
import { insertedBy } from '../dynamodb/insert-statements.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { LOST, openHeldTable, THROTTLE, watched } from './held-client.ts';

const itemOf = (name: string): Item => ({ ...keyOf({ pk: 'usage#acme', sk: name }), cost: n(7) });

const open = (most?: number) => {
  const held = openHeldTable();
  const clock = createFakeClock();
  const items = createNewItems({ ...held, name: 'ledger', random: seededRandom(19), clock, most });
  const put = (name: string, patience?: number) => watched(items.putNew(itemOf(name), { patience }));
  const putAll = (...names: string[]) => names.map((name) => put(name));
  /** By what each request that was sent puts. */
  const requests = () =>
    held.sent.map(({ Item: one, Statements, Key }) =>
      Statements === undefined
        ? `${Key === undefined ? 'put' : 'get'} ${(one ?? Key)?.['sk']?.S}`
        : insertedBy<Item[string]>(Statements)
            .map(({ item }) => item['sk']?.S)
            .join(),
    );
  /** Somebody else puts an item. */
  const taken = (name: string) =>
    held.engine.apply('PutItem', { TableName: 'ledger', Item: { ...itemOf(name), writeId: { S: 'another' } } });
  return { ...held, clock, put, putAll, requests, taken };
};

const states = (all: readonly { readonly state: string; readonly value?: boolean }[]) =>
  all.map(({ state, value }) => (state === 'resolved' ? value : state));

describe('new items', () => {
  it('alone are each put in the same moment by a conditional PutItem', async () => {
    const { put, pass, sent, requests } = open();
    const first = put('a');
    expect(sent[0]).toMatchObject({ TableName: 'ledger', ConditionExpression: 'attribute_not_exists(pk)' });
    await pass();
    const again = put('a');
    await pass();
    expect([states([first, again]), requests()]).toEqual([
      [true, false],
      ['put a', 'put a'],
    ]);
  });

  it('that come while one is being put go out as one request, and each is put or refused by itself', async () => {
    const { put, putAll, pass, requests, taken } = open();
    const first = put('a');
    const others = putAll('b', 'c', 'd');
    taken('c');
    await pass();
    expect(states([first, ...others])).toEqual([true, 'waits', 'waits', 'waits']);
    const late = put('e');
    await pass();
    expect(states([...others, late])).toEqual([true, false, true, 'waits']);
    await pass();
    expect([late.value, requests()]).toEqual([true, ['put a', 'b,c,d', 'put e']]);
  });

  it('are as many in a request as DynamoDB takes', async () => {
    const { putAll, requests } = open();
    putAll(...Array.from({ length: 60 }, (_, at) => String(at)));
    expect(requests().map((names) => names.split(',').length)).toEqual([1, 25, 25]);
  });

  it('do not wait for a request that is slow', async () => {
    const { put, putAll, clock, requests } = open();
    put('a');
    putAll('b', 'c');
    await clock.advance(SLOW_MS);
    expect(requests()).toEqual(['put a', 'b,c']);
  });

  it('that are throttled alone are put again, and those beside them are not', async () => {
    const { put, pass, engine, requests } = open();
    put('a');
    const [b, c] = [put('b'), put('c')];
    await pass();
    const apply = engine.apply.bind(engine);
    let isThrottled = true;
    Object.assign(engine, {
      apply: (...asked: Parameters<typeof apply>) => {
        const answer = apply(...asked) as { Responses: object[] };
        if (asked[0] !== 'BatchExecuteStatement' || !isThrottled) return answer;
        isThrottled = false;
        return { Responses: [answer.Responses[0], { Error: { Code: 'ThrottlingError' } }] };
      },
    });
    await pass();
    expect(states([b, c])).toEqual([true, 'waits']);
    expect(requests()).toEqual(['put a', 'b,c', 'put c']);
  });

  it.each([true, false])('whose answer is lost know their own when they ask again (done: %s)', async (done) => {
    const { put, putAll, pass, fail, taken, requests, underWay } = open();
    put('a');
    const others = putAll('b', 'c', 'd');
    taken('d');
    await pass();
    await fail(LOST(), done);
    while (underWay() > 0) await pass();
    expect(states(others)).toEqual([true, true, false]);
    expect(requests().slice(0, 2)).toEqual(['put a', 'b,c,d']);
  });

  it('go out one by one where the request is refused as a whole, and always from then on where that is for good', async () => {
    for (const [name, isForGood] of [
      ['ValidationException', false],
      ['AccessDeniedException', true],
    ] as const) {
      const { put, putAll, pass, fail, requests, underWay } = open();
      put('a');
      const others = putAll('b', 'c');
      await pass();
      await fail(answered(400, name));
      expect(requests()).toEqual(['put a', 'b,c', 'put b', 'put c']);
      while (underWay() > 0) await pass();
      expect(states(others)).toEqual([true, true]);
      putAll('d', 'e', 'f');
      expect(requests().slice(4)).toEqual(isForGood ? ['put d', 'put e', 'put f'] : ['put d']);
    }
  });

  it.each([
    ['ValidationError', false],
    ['AccessDenied', true],
  ])('that alone are refused for %s go out one by one, the others are done', async (Code, isForGood) => {
    const { put, putAll, pass, engine, requests, underWay } = open();
    put('a');
    const others = putAll('b', 'c', 'd');
    await pass();
    const apply = engine.apply.bind(engine);
    Object.assign(engine, {
      apply: (...asked: Parameters<typeof apply>) => {
        if (asked[0] !== 'BatchExecuteStatement') return apply(...asked);
        const { Statements = [] } = asked[1];
        const { Responses } = apply(asked[0], { ...asked[1], Statements: Statements.slice(0, 1) }) as {
          Responses: object[];
        };
        return { Responses: [...Responses, ...Statements.slice(1).map(() => ({ Error: { Code } }))] };
      },
    });
    await pass();
    expect(states(others)).toEqual([true, 'waits', 'waits']);
    expect(requests()).toEqual(['put a', 'b,c,d', 'put c', 'put d']);
    while (underWay() > 0) await pass();
    expect(states(others)).toEqual([true, true, true]);
    putAll('e', 'f', 'g');
    expect(requests().slice(4)).toEqual(isForGood ? ['put e', 'put f', 'put g'] : ['put e']);
  });

  it('are nobody’s where the answer does not tell of each', async () => {
    const { put, putAll, pass, engine, requests } = open();
    put('a');
    const others = putAll('b', 'c');
    await pass();
    const apply = engine.apply.bind(engine);
    Object.assign(engine, {
      apply: (...asked: Parameters<typeof apply>) =>
        asked[0] === 'BatchExecuteStatement' ? { Responses: [{}] } : apply(...asked),
    });
    await pass();
    expect(states(others)).toEqual(['waits', 'waits']);
    expect(requests().at(-1)).not.toBe('b,c');
  });

  it('that the store does not take in time are refused', async () => {
    const { put, fail, underWay } = open();
    const first = put('a');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(underWay()).toBe(1);
      await fail(THROTTLE());
    }
    expect(first).toMatchObject({ state: 'rejected', error: { code: 'store-unavailable' } });
  });
});
