import { type Exchange, listen } from '../local/simulated-claude/listen.ts';
import { createPassOn } from './pass-on.ts';

/** Operations that were under way together: none of them waited for another. */
export type Round = readonly string[];

/** What happened, in its order: a mark that the bench set, or a round at the place where it began. */
export type Entry = { readonly mark: string } | { readonly round: Round };

export interface CountingProxy {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly url: string;
  /**
   * Starts an empty journal and holds answers back from now on: a round is answered once `together` operations are under
   * way, or when `quietMs` have passed without a new one. Before, all is passed on untouched.
   */
  watch(together: number, quietMs: number): readonly Entry[];
  mark(mark: string): void;
  close(): Promise<void>;
}

interface Sent {
  readonly TableName?: string;
  readonly Key?: { readonly pk?: { readonly S?: string } };
  readonly Item?: { readonly pk?: { readonly S?: string } };
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
}

/** What an operation is called in the journal. */
export type NameOf = (operation: string, sent: Sent) => string;

export const byTable: NameOf = (operation, { TableName = '' }) => `${operation} ${TableName.split('-').at(-1)}`;

/** By the first part of the partition key, which says whose item it is; in the runs table that is a tenant. */
export const byPartition: NameOf = (operation, sent) => {
  const { TableName = '', Key, Item, ExpressionAttributeValues: values } = sent;
  if (TableName.endsWith('-runs')) return byTable(operation, sent);
  return `${operation} ${((Key ?? Item)?.pk ?? values?.[':pk'])?.S?.split('#')[0]}`;
};

const operationOf = ({ headers }: Exchange): string => String(headers['x-amz-target']).split('.')[1] ?? '';

/**
 * What the server's own schedules do beside the run: probes write and read `health` items and list the circuits,
 * reconciling walks through the books and rolls them up. Of its queries a run makes only those for slots and resting keys.
 */
const ofSchedule = (exchange: Exchange): boolean =>
  exchange.raw.includes('"health') ||
  exchange.raw.includes('"rollup#') ||
  (operationOf(exchange) === 'Query' && !/"(?:slots|cool)#|"[a-z0-9-]+\/run_/.test(exchange.raw.toString()));

const createRounds = (together: number, quietMs: number) => {
  const journal: Entry[] = [];
  let open: { readonly names: string[]; readonly release: () => void; readonly released: Promise<void> } | null = null;
  let quiet: NodeJS.Timeout | undefined;
  const join = (name: string): Promise<void> => {
    if (open === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      open = { names: [], release: resolve, released: promise };
      journal.push({ round: open.names });
    }
    const { names, release, released } = open;
    names.push(name);
    clearTimeout(quiet);
    const end = () => {
      open = null;
      release();
    };
    if (names.length >= together) end();
    else quiet = setTimeout(end, quietMs);
    return released;
  };
  return { journal, join };
};

/** Stands between the server and its DynamoDB and tells which operations waited for which. */
export const startCountingProxy = async (endpoint: string, nameOf: NameOf = byTable): Promise<CountingProxy> => {
  const upstream = createPassOn(endpoint);
  let rounds: ReturnType<typeof createRounds> | null = null;

  const server = await listen(0, async (exchange) => {
    const turn = ofSchedule(exchange)
      ? undefined
      : rounds?.join(nameOf(operationOf(exchange), JSON.parse(exchange.raw.toString()) as Sent));
    const [{ status, headers, body }] = await Promise.all([upstream.send(exchange), turn]);
    exchange.response.writeHead(status, headers).end(body);
  });
  return {
    url: server.url,
    watch(together, quietMs) {
      rounds = createRounds(together, quietMs);
      return rounds.journal;
    },
    mark: (mark) => void rounds?.journal.push({ mark }),
    async close() {
      upstream.close();
      await server.close();
    },
  };
};
