import { expect, it } from 'vitest';
import { createRecording } from '../../../lib/gateway/answer/recording.ts';
import { MAX_ANSWER_BYTES } from '../../../lib/idempotency/answer.ts';

it('what went out is told whole, wherever it was cut', () => {
  const tape = createRecording(true);
  const ship = Buffer.from('🚢');
  tape.record('a ');
  tape.record(ship.subarray(0, 1));
  tape.record(ship.subarray(1));
  expect(tape.text()).toBe('a 🚢');
});

it('bytes that no text has are told as U+FFFD', () => {
  const tape = createRecording(true);
  tape.record(Buffer.from([0x61, 0xff]));
  expect(tape.text()).toBe('a\ufffd');
});

it('what is too large to be kept is not gathered', () => {
  const tape = createRecording(true);
  for (let each = 0; each < 10; each += 1) tape.record(Buffer.alloc(MAX_ANSWER_BYTES, 0x61));
  expect(tape.text()?.length).toBe(2 * MAX_ANSWER_BYTES);
});
