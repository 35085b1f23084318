import type { JoinedRedactor, ShownPart } from '../../redaction/joined-redactor.ts';

/** A part of a text: its event as it came, and what it becomes with another text. */
export interface TextEvent<Event> {
  readonly chunk: string;
  readonly event: Event;
  readonly make: (shown: string) => Event;
}

/** Texts that are redacted, and the events among them, which overtake none of what is held back. */
export interface HeldEvents<Event> {
  /** Takes an event; gives what can go out now. */
  add(event: Event): readonly Event[];
  text(part: TextEvent<Event>): readonly Event[];
  /** The text is over; another that its reader may join can follow. */
  border(): void;
  /** Nothing more follows: gives all that is left. */
  end(): readonly Event[];
}

/** Where something stands in the texts. */
interface At<Thing> {
  readonly at: number;
  readonly thing: Thing;
}

export const createHeldEvents = <Event>(redactor: JoinedRedactor): HeldEvents<Event> => {
  /** In their order. What is shown of a text is decided, and the first that is held back is an event behind what is not. */
  const held: At<Event>[] = [];
  const came: At<TextEvent<Event>>[] = [];

  const place = ({ at, shown }: ShownPart) => {
    const from = came.findLast((part) => part.at <= at);
    if (from === undefined || shown === '') return;
    const { chunk, event, make } = from.thing;
    const item = { at, thing: from.at === at && shown === chunk ? event : make(shown) };
    const behind = held.findIndex((other) => other.at > at);
    held.splice(behind < 0 ? held.length : behind, 0, item);
  };
  const release = (): readonly Event[] => {
    const { decided } = redactor;
    const first = held.findIndex(({ at }) => at > decided);
    const gone = held.splice(0, first < 0 ? held.length : first);
    const needed = came.findLastIndex(({ at }) => at <= decided);
    if (needed > 0) came.splice(0, needed);
    return gone.map(({ thing }) => thing);
  };
  return {
    add(event) {
      held.push({ at: redactor.mark(), thing: event });
      return release();
    },
    text(part) {
      came.push({ at: redactor.mark(), thing: part });
      for (const shown of redactor.push(part.chunk)) place(shown);
      return release();
    },
    border: () => void redactor.border(),
    end() {
      for (const shown of redactor.end()) place(shown);
      came.length = 0;
      return held.splice(0).map(({ thing }) => thing);
    },
  };
};
