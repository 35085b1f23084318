import { insertedBy } from '../../dynamodb/insert-statements.ts';

/** What a process sends or writes, by what is in it: several names where several things go out together. */

interface Attribute {
  readonly S?: string;
  readonly B?: string;
}
type Attributes = Readonly<Record<string, Attribute>>;
interface Write {
  readonly TableName?: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  readonly Statements?: Parameters<typeof insertedBy>[0];
}

const WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchExecuteStatement']);

/** Names of the events in an entry of a run's log; the entry of a small one is not compressed. */
const eventsIn = ({ text }: Attributes): string[] => {
  const bytes = Buffer.from(text?.B ?? '', 'base64').toString();
  const { events } = JSON.parse(bytes) as { readonly events: readonly { readonly event: string }[] };
  return events.map(({ event }) => `event ${event}`);
};

/** The sums of the reports are made when their hour is over, whatever runs. */
const isOfReports = ({ Key, Item }: Write): boolean => (Key ?? Item)?.['pk']?.S?.startsWith('rollup#') === true;

/** What stands behind the first word of a key is of this very run, hour or call. */
const kindOf = (key: string): string => /^[a-z-]*/i.exec(key)?.[0] ?? '';

const itemKind = (operation: string, table: string, item: Attributes, names: readonly string[]): string[] => {
  const [pk = '', sk = ''] = [item['pk']?.S, item['sk']?.S];
  if (sk.startsWith('e#')) return eventsIn(item);
  const short = table.replace(/^.*-/, '');
  const begun = names.find((name) => name.startsWith('begun#'));
  const place =
    short === 'runs' && pk.includes('/') ? sk.replace(/^(o|webhook)#.*/, '$1#') : `${kindOf(pk)}/${kindOf(sk)}`;
  return [[operation.replace('Item', ''), short, place, begun].filter(Boolean).join(' ').toLowerCase()];
};

/** What is to be sent is written by the run; the sender does the rest when its time comes. */
const isOfSender = (name: string): boolean => /^(?:update|delete) runs (?:webhook#|outbox\/)/.test(name);

/** A lease is renewed when there is time for it. */
const isRenewal = ({ Item, ExpressionAttributeValues = {} }: Write): boolean => {
  const holder = Item?.['holder']?.S;
  return holder !== undefined && Object.values(ExpressionAttributeValues).some(({ S }) => S === holder);
};

/** Of a request to DynamoDB; none for a read, and for what is not about this tenant. */
export const dynamoDbWrites = (target: string, body: string, tenantId: string): string[] => {
  const operation = target.replace(/^.*\./, '');
  if (!WRITES.has(operation) || !body.includes(tenantId)) return [];
  const write = JSON.parse(body) as Write;
  if (isRenewal(write) || isOfReports(write)) return [];
  const { TableName = '', Key, Item, ExpressionAttributeNames = {}, Statements } = write;
  const names = Object.values(ExpressionAttributeNames);
  if (operation !== 'BatchExecuteStatement')
    return itemKind(operation, TableName, Key ?? Item ?? {}, names).filter((name) => !isOfSender(name));
  return insertedBy<Attribute>(Statements).flatMap(({ table, item }) => itemKind('put', table, item, names));
};

interface Update {
  readonly Type: string;
  readonly Action: string;
  readonly Name?: string;
}

/** The start of a step that may be repeated goes out when there is time for it, and may never be sent by itself. */
const isLoose = ({ Type, Action, Name = '' }: Update): boolean =>
  Type === 'STEP' && Action === 'START' && !/effect|refund/.test(Name);

/** Of a request to the Lambda API about the execution of a run. */
export const lambdaSends = (path: string, body: string, runId: string): string[] => {
  const [subject = '', action] = path.split('/').slice(-2);
  if (action === 'invocations') return body.includes(runId) ? ['start of the execution'] : [];
  const named = decodeURIComponent(subject);
  if (action === 'succeed') return Buffer.from(named, 'base64').includes(runId) ? ['callback'] : [];
  if (action !== 'checkpoint' || !named.includes(runId)) return [];
  const { Updates = [] } = JSON.parse(body) as { readonly Updates?: readonly Update[] };
  return Updates.filter((update) => !isLoose(update)).map(({ Type, Action, Name = '' }) =>
    `checkpoint ${Type} ${Action} ${Name}`.trim(),
  );
};

interface Line {
  readonly kind: string;
  readonly operations?: readonly { readonly type: string; readonly status: string; readonly name?: string }[];
}

/** Of a line of an execution's journal. */
export const journalLines = (line: string): string[] => {
  const { kind, operations = [] } = JSON.parse(line) as Line;
  if (kind !== 'changed') return [`journal ${kind}`];
  return operations
    .filter(
      ({ type, status, name = '' }) =>
        !isLoose({ Type: type, Action: status === 'STARTED' ? 'START' : '', Name: name }),
    )
    .map(({ type, status, name = '' }) => `journal ${type} ${status} ${name}`.trim());
};
