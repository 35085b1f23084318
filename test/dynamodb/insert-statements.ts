interface Statement {
  readonly Statement?: string | undefined;
  readonly Parameters?: readonly unknown[] | undefined;
}

/** A new item that one of several statements inserts. */
export interface InsertedItem<Value> {
  readonly table: string;
  readonly item: Readonly<Record<string, Value>>;
}

/** What the statements of a `BatchExecuteStatement` insert, as `lib/dynamodb/insert.ts` writes them. */
export const insertedBy = <Value>(statements: readonly Statement[] | undefined): InsertedItem<Value>[] =>
  (statements ?? []).map(({ Statement: text = '', Parameters = [] }) => {
    const table = /^INSERT INTO "([^"]+)" VALUE /.exec(text)?.[1];
    if (table === undefined) throw new Error(`No known statement: ${text}`);
    const names = [...text.matchAll(/'((?:[^']|'')+)': \?/g)].map(([, name = '']) => name.replaceAll("''", "'"));
    return { table, item: Object.fromEntries(names.map((name, at) => [name, Parameters[at] as Value])) };
  });
