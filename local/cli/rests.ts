import { ADMIN_USAGE, type Call, verbOf } from './parts.ts';

const USAGE = `Shows which rate limits of the provider are being waited out, and ends one.

  npx ballast rests
  npx ballast rests end <name>

${ADMIN_USAGE}`;

interface Rest {
  readonly name: string;
  readonly model: string;
  readonly kind: string;
  readonly until: string;
}

const list = async (call: Call): Promise<undefined> => {
  const found = (await call.api.ask('/admin/rests')) as { readonly rests: readonly Rest[] };
  call.print(found, () =>
    found.rests.length === 0
      ? 'No rate limit is being waited out.\n'
      : call.table(
          ['rest', 'model', 'kind', 'until'],
          found.rests.map(({ name, model, kind, until }) => [name, model, kind, until]),
        ),
  );
};

const end = async (call: Call): Promise<undefined> => {
  const [name = ''] = call.words;
  await call.api.ask(`/admin/rests/${encodeURIComponent(name)}`, { method: 'DELETE' });
  call.print({ name, ended: true }, () => `${name} is over.\n`);
};

/** `ballast rests`. */
export const rests = verbOf({
  usage: USAGE,
  administers: true,
  parts: { list: { run: list }, end: { takes: ['rest'], run: end } },
});
