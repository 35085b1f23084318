import type { Item } from '../lib/dynamodb/attributes.ts';
import type { DynamoDb, OperationName } from '../lib/dynamodb/types.ts';
import { answered } from './dynamodb/faulty-client.ts';
import { insertedBy } from './dynamodb/insert-statements.ts';

/** What the tables send, as far as it is looked at. */
export interface Request {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly ReturnValues?: string;
  readonly Statements?: Parameters<typeof insertedBy>[0];
}

export interface SimulatedDynamoDbOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Write units a second that a partition takes, with as many in store. Default: no bound. */
  readonly unitsPerSecond?: number;
}

/** A DynamoDB in memory that bills by the size of items, and knows the expressions that `lib/dynamodb` makes. */
export interface SimulatedDynamoDb {
  /** Does a request at once, or throws as the service refuses it. */
  apply(operation: OperationName, request: Request): unknown;
  /** As the tables have it; without delay and faults. */
  readonly client: DynamoDb;
  item(table: string, pk: string): Item | undefined;
  readonly throttled: number;
}

const MAX_ITEM_BYTES = 400 * 1024;

/** An item is never changed, so its size is counted once. */
const counted = new WeakMap<Item, number>();

/** By the rules of DynamoDB: names and texts by their bytes, a number by two digits a byte and one. */
export const bytesOf = (item: Item | undefined): number => {
  if (item === undefined) return 0;
  const known = counted.get(item) ?? countBytes(item);
  counted.set(item, known);
  return known;
};

const countBytes = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S, N }]) =>
      sum +
      Buffer.byteLength(name) +
      (S === undefined ? (N === undefined ? 1 : Math.ceil(N.length / 2) + 1) : Buffer.byteLength(S)),
    0,
  );

const refused = (item: Item | undefined) =>
  Object.assign(answered(400, 'ConditionalCheckFailedException'), item === undefined ? {} : { Item: item });

const holds = (item: Item | undefined, { ConditionExpression, ...names }: Request): boolean => {
  if (ConditionExpression === undefined) return true;
  const attribute = (name: string) => item?.[names.ExpressionAttributeNames?.[name] ?? name];
  const value = (name: string) => names.ExpressionAttributeValues?.[name];
  const number = (text: string | undefined) => BigInt(text ?? 0);
  const atom = (text: string): boolean => {
    const gone = /^attribute_not_exists\((\S+)\)$/.exec(text)?.[1];
    if (gone !== undefined) return attribute(gone) === undefined;
    const there = /^attribute_exists\((\S+)\)$/.exec(text)?.[1];
    if (there !== undefined) return attribute(there) !== undefined;
    const [left = '', operator, right = ''] = text.split(' ');
    const [ours, theirs] = [attribute(left), value(right)];
    if (ours === undefined) return false;
    if (operator === '=') return ours.S === theirs?.S && ours.N === theirs?.N;
    return operator === '<=' ? number(ours.N) <= number(theirs?.N) : number(ours.N) >= number(theirs?.N);
  };
  return ConditionExpression.split(' AND ').every((part) =>
    part
      .replace(/^\(|\)$/g, (sign, at: number) => (at === 0 || part.startsWith('(') ? '' : sign))
      .split(' OR ')
      .some(atom),
  );
};

const updated = (
  item: Item,
  { UpdateExpression = '', ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: Request,
): Item => {
  const next: Record<string, Item[string]> = { ...item };
  for (const clause of UpdateExpression.split(/ (?=SET |ADD |REMOVE )/)) {
    const [word, ...rest] = clause.split(' ');
    for (const part of rest.join(' ').split(', ')) {
      const [placeholder = '', ...value] = part.split(' ');
      const name = ExpressionAttributeNames[placeholder] ?? placeholder;
      const given = ExpressionAttributeValues[value.at(-1) ?? ''];
      if (word === 'REMOVE') delete next[name];
      else if (word === 'SET' && given) next[name] = given;
      else next[name] = { N: String(BigInt(next[name]?.N ?? 0) + BigInt(given?.N ?? 0)) };
    }
  }
  return next;
};

/** The attributes that an update names, as they are now. */
const updatedIn = (next: Item, { UpdateExpression = '', ExpressionAttributeNames = {} }: Request): Item => {
  const named = [...UpdateExpression.matchAll(/#\w+/g)].map(([short]) => ExpressionAttributeNames[short] ?? '');
  return Object.fromEntries(named.flatMap((name) => (next[name] === undefined ? [] : [[name, next[name]]])));
};

export const createSimulatedDynamoDb = ({
  now,
  unitsPerSecond = Number.POSITIVE_INFINITY,
}: SimulatedDynamoDbOptions): SimulatedDynamoDb => {
  const tables = new Map<string, Map<string, Item>>();
  const partitions = new Map<string, { at: number; left: number }>();
  let throttled = 0;
  const idOf = (key: Item) => `${key['pk']?.S}\n${key['sk']?.S}`;
  const tableOf = (name: string) =>
    tables.get(name) ?? tables.set(name, new Map()).get(name) ?? new Map<string, Item>();

  /** Takes as many units as the larger of both sizes has kilobytes; a refused condition is billed like a write. */
  const bill = (partition: string, bytes: number, isCharged = true) => {
    const units = Math.max(1, Math.ceil(bytes / 1024));
    const { at, left } = partitions.get(partition) ?? { at: now(), left: unitsPerSecond };
    const there = Math.min(unitsPerSecond, left + ((now() - at) / 1000) * unitsPerSecond);
    const isEnough = there >= units || unitsPerSecond === Number.POSITIVE_INFINITY;
    partitions.set(partition, { at: now(), left: isEnough && isCharged ? there - units : there });
    if (isEnough) return;
    throttled += 1;
    throw answered(400, 'ProvisionedThroughputExceededException');
  };

  const query = (table: Map<string, Item>, { ExpressionAttributeValues: values = {} }: Request) => {
    const [pk, from, to, begins] = [':pk', ':from', ':to', ':sk'].map((name) => values[name]?.S);
    const Items = [...table.values()]
      .filter((item) => item['pk']?.S === pk)
      .filter(
        ({ sk }) =>
          (sk?.S ?? '') >= (from ?? '') && (sk?.S ?? '') <= (to ?? '~') && (sk?.S ?? '').startsWith(begins ?? ''),
      )
      .sort((a, b) => ((a['sk']?.S ?? '') < (b['sk']?.S ?? '') ? -1 : 1));
    return { Items };
  };

  const insert = ({ Statements }: Request) => ({
    Responses: insertedBy<Item[string]>(Statements).map(({ table: TableName, item: Item }) => {
      try {
        apply('PutItem', { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
        return { TableName };
      } catch (error) {
        const name = (error as Error).name.replace('Exception', '');
        const Code = name === 'ConditionalCheckFailed' ? 'DuplicateItem' : name;
        return { TableName, Error: { Code, Item: (error as { readonly Item?: Item }).Item } };
      }
    }),
  });

  const apply = (operation: OperationName, request: Request): unknown => {
    if (operation === 'BatchExecuteStatement') return insert(request);
    const table = tableOf(request.TableName);
    if (operation === 'Query') return query(table, request);
    const key = request.Key ?? { pk: request.Item?.['pk'] ?? { S: '' }, sk: request.Item?.['sk'] ?? { S: '' } };
    const old = table.get(idOf(key));
    if (operation === 'GetItem') return old === undefined ? {} : { Item: old };
    const partition = `${request.TableName} ${key['pk']?.S}`;
    // What there are no units for is not looked at.
    bill(partition, bytesOf(old), false);
    const isDone = holds(old, request);
    if (!isDone) {
      bill(partition, bytesOf(old));
      throw refused(old);
    }
    const next =
      operation === 'DeleteItem' ? undefined : operation === 'PutItem' ? request.Item : updated(old ?? key, request);
    bill(partition, Math.max(bytesOf(old), bytesOf(next)));
    if (bytesOf(next) > MAX_ITEM_BYTES) throw answered(400, 'ValidationException');
    if (next === undefined) table.delete(idOf(key));
    else table.set(idOf(key), next);
    if (next === undefined || request.ReturnValues !== 'UPDATED_NEW') return { Attributes: next };
    return { Attributes: updatedIn(next, request) };
  };
  return {
    apply,
    client: { send: async (operation, input) => apply(operation, input as unknown as Request) as never },
    item: (table, pk) => [...(tables.get(table)?.values() ?? [])].find((item) => item['pk']?.S === pk),
    get throttled() {
      return throttled;
    },
  };
};
