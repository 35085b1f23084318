import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { label, safe } from '../../../lib/kernel/redacted.ts';
import { openLogFile } from '../../../lib/telemetry/terminal/log-file.ts';
import { createTerminal } from '../../../lib/telemetry/terminal/terminal.ts';
import { createFakeClock } from '../../fake-clock.ts';

const place = (): string => {
  const directory = mkdtempSync(path.join(tmpdir(), 'ballast-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return path.join(directory, 'log.jsonl');
};

it('a log file is for its owner alone, goes on where it was, and makes room in time', () => {
  const file = place();
  for (const line of ['one\n', 'two\n']) openLogFile(file, 12)(line);
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const write = openLogFile(file, 12);
  for (const line of ['three\n', 'four\n', 'five\n']) write(line);
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('three\nfour\n');
  expect(readFileSync(file, 'utf8')).toBe('five\n');
});

it('a log file that cannot be written stops nothing', () => {
  const file = place();
  writeFileSync(file, '');
  expect(() => openLogFile(path.join(file, 'below'))('one\n')).not.toThrow();
});

it('what a person is not shown is in the file all the same, with what joins it to its request', () => {
  const file = place();
  let shown = '';
  const out = { isTTY: true, write: (text: string) => Boolean((shown += text)) };
  const clock = createFakeClock();
  const made = createTerminal({ out, clock, directory: '/p', stage: 'local', format: 'pretty', file });
  const context = { function: label('messages'), traceId: label('0af7'), cold_start: true };
  made.log('INFO', 'WARN').info(safe`request`, { ...context, requestId: label('req_1') });
  made.log('WARN').warn(safe`model retried`, { ...context, requestId: label('req_1') });
  made.log('WARN').info(safe`model attempted`);
  expect(shown).toMatch(/^\S+ WARN {2}model retried requestId=req_1\n$/);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 'INFO', message: 'request', requestId: 'req_1', traceId: '0af7' }),
    expect.objectContaining({ level: 'WARN', message: 'model retried', function: 'messages' }),
  ]);
});
