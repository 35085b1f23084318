import { z } from 'ballast';
import { expect, it } from 'vitest';
import { outputFormat } from '../../../lib/agent/define/output-schema.ts';
import { startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, textOf } from './ask.ts';

it('answers by a schema with a sample of it, or with what it is told to say', async () => {
  const claude = await startSimulatedClaude({ clock: systemClock });
  const output = z.strictObject({
    kind: z.enum(['a', 'b']),
    at: z.iso.datetime(),
    count: z.int(),
    done: z.boolean(),
    lines: z.array(z.object({ text: z.nullable(z.string()) })),
  });
  const format = { type: 'json_schema' as const, schema: outputFormat(output) };
  const said = async (task: string) =>
    textOf(await clientOf(claude.url).messages.create(asking(task, { output_config: { format } })));
  try {
    expect(z.parse(output, JSON.parse(await said('Hello')))).toMatchObject({ kind: 'a', lines: [{}] });
    expect(await said('[[say:{}]] Hello')).toBe('{}');
  } finally {
    await claude.close();
  }
});
