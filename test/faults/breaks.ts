import {
  malformedJson,
  reply,
  resetBeforeHeaders,
  type ScriptedAnswer,
  status,
  toolCalls,
} from '../upstream/answers.ts';
import { endAfter, errorEventAfter, malformedAfter, resetAfter, withoutEvent } from '../upstream/broken.ts';
import { AMID, BEFORE, broken } from './broken-attempt.ts';
import {
  answered,
  ASKED,
  everywhere,
  type Fault,
  fault,
  once,
  onOneModel,
  PASSED_ON,
  refused,
  toldAmid,
} from './fault.ts';

const asPage = status(200, { headers: { 'content-type': 'text/html' }, body: '<html><body>Back soon.</body></html>' });

const asJson: ScriptedAnswer = (asked) => broken({ ...asked, stream: false });

/** The whole text, and no word of how it ended. */
const unended = withoutEvent('message_stop', withoutEvent('message_delta', broken));

/** Several events of input, so that a cut leaves half of it. */
const toolCall = toolCalls([{ name: 'calculate', input: { expression: '6*7+0+0+0+0+0+0+0+0+0+0' } }]);

const CUTS: readonly Fault[] = [
  once('a reset before the headers', resetBeforeHeaders()),
  onOneModel('a reset before the headers', resetBeforeHeaders()),
  everywhere('a reset before the headers', resetBeforeHeaders(), 'upstream-error'),
  once('a reset after the headers', resetAfter(0, broken)),
  once('a clean cut before the content', endAfter(BEFORE, broken)),
  once('a clean cut amid the content', endAfter(AMID, broken), { seen: true, ...toldAmid('upstream-error') }),
  onOneModel('a clean cut amid the content', endAfter(AMID, broken), { seen: true, ...toldAmid('upstream-error') }),
  everywhere('a clean cut amid the content', endAfter(AMID, broken), 'upstream-error', toldAmid('upstream-error')),
  once('a reset before the content', resetAfter(BEFORE, broken)),
  once('a reset amid the content', resetAfter(AMID, broken), { seen: true, ...toldAmid('upstream-error') }),
  everywhere('a reset amid the content', resetAfter(AMID, broken), 'upstream-error', toldAmid('upstream-error')),
  once('all of the text without its end', unended, { seen: true, ...toldAmid('upstream-error') }),
  fault({
    name: 'a clean cut amid a tool call, once',
    seen: true,
    script: (text) => ({ [ASKED]: [endAfter(AMID, toolCall), toolCall, reply(text)] }),
    expected: answered(ASKED),
    attempts: { [ASKED]: 3 },
    ...toldAmid('upstream-error'),
  }),
  fault({
    name: 'a missing message_stop',
    script: (text) => ({ [ASKED]: [withoutEvent('message_stop', reply(text))] }),
    expected: answered(ASKED),
    attempts: { [ASKED]: 1 },
  }),
];

const UNREADABLE: readonly Fault[] = [
  once('a malformed event before the content', malformedAfter(BEFORE, broken)),
  once('a malformed event amid the content', malformedAfter(AMID, broken), {
    seen: true,
    ...toldAmid('upstream-error'),
  }),
  everywhere(
    'a malformed event amid the content',
    malformedAfter(AMID, broken),
    'upstream-error',
    toldAmid('upstream-error'),
  ),
  once('a body of malformed JSON', malformedJson()),
  everywhere('a body of malformed JSON', malformedJson(), 'upstream-error'),
  once('a body of JSON instead of events', asJson),
  once('a body of HTML instead of events', asPage),
];

const ERROR_EVENTS: readonly Fault[] = [
  once('overloaded_error as the first event', errorEventAfter(0, broken)),
  onOneModel('overloaded_error as the first event', errorEventAfter(0, broken)),
  once('overloaded_error amid the content', errorEventAfter(AMID, broken), {
    seen: true,
    ...toldAmid('upstream-overloaded'),
  }),
  onOneModel('overloaded_error amid the content', errorEventAfter(AMID, broken), {
    seen: true,
    ...toldAmid('upstream-overloaded'),
  }),
  everywhere(
    'overloaded_error amid the content',
    errorEventAfter(AMID, broken),
    'upstream-overloaded',
    toldAmid('upstream-overloaded'),
  ),
];

const FLAPPING: Fault = fault({
  name: 'an upstream that flaps',
  asks: 6,
  seen: true,
  script: (text) => ({
    [ASKED]: [
      reply(text),
      ...[status(500), endAfter(AMID, broken), status(529), resetAfter(AMID, broken), resetBeforeHeaders()].flatMap(
        (failing) => [failing, reply(text)],
      ),
    ],
  }),
  expected: answered(ASKED),
  attempts: { [ASKED]: 11 },
  expectedBy: {
    [PASSED_ON]: [
      ...[answered(ASKED), answered(ASKED), refused('upstream-error')],
      ...[answered(ASKED), answered(ASKED), refused('upstream-error')],
    ],
  },
  // Of the five failures those two that come amid the content are not tried again.
  attemptsBy: { [PASSED_ON]: { [ASKED]: 8 } },
});

/** Answers that break, or that nobody can read. */
export const BREAKS: readonly Fault[] = [...CUTS, ...UNREADABLE, ...ERROR_EVENTS, FLAPPING];
