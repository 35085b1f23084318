import { expect, it } from 'vitest';
import { fileNameOf } from '../../local/cli/new/names.ts';
import { testCommand } from '../../pages/console/agents/test-command.ts';

it('the command runs the tests of an agent and of its tools, in the files that `npm run new` writes', () => {
  const tools = [{ name: 'order_status' }, { name: 'refund' }];
  expect(testCommand({ name: 'order-desk', tools })).toBe(
    `npx vitest run agents/${fileNameOf('order-desk')}.test.ts \\\n  agents/tools/${fileNameOf('order_status')}.test.ts \\\n  agents/tools/refund.test.ts`,
  );
  expect(fileNameOf('order_status')).toBe('order-status');
});
