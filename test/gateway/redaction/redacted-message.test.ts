import type { Message } from '@anthropic-ai/sdk/resources/messages/messages';
import { expect, it } from 'vitest';
import { redactMessage, secretsIn } from '../../../lib/gateway/redaction/redacted-message.ts';
import { DEFAULT_CLASSES } from '../../../lib/redaction/classes.ts';
import { openGuard } from '../../../lib/redaction/output-guard.ts';

const guard = await openGuard({ classes: DEFAULT_CLASSES, isShadow: false });
const CARD = '4111 1111 1111 1111';

const fetched = (source: object) => {
  const content = [{ type: 'web_fetch_tool_result', content: { content: { type: 'document', source } } }];
  return { content } as unknown as Message;
};

it('a page that was fetched as text is redacted and counted', () => {
  const message = fetched({ type: 'text', media_type: 'text/plain', data: `it is ${CARD}` });
  expect(redactMessage(message, guard)).toEqual(
    fetched({ type: 'text', media_type: 'text/plain', data: 'it is [REDACTED_CARD]' }),
  );
  expect([...secretsIn(message, guard)]).toEqual([['cards', 1]]);
});

it('a page that was fetched as bytes stays as it came', () => {
  const message = fetched({ type: 'base64', media_type: 'application/pdf', data: CARD });
  expect(redactMessage(message, guard)).toEqual(message);
  expect([...secretsIn(message, guard)]).toEqual([]);
});

it('texts and inputs of tools are counted once each', () => {
  const content = [
    { type: 'text', text: CARD },
    { type: 'thinking', thinking: CARD, signature: CARD },
    { type: 'tool_use', id: 'a', name: 'pay', input: { card: CARD } },
  ];
  expect([...secretsIn({ content } as unknown as Message, guard)]).toEqual([['cards', 3]]);
});
