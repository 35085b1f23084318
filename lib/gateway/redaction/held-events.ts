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
  let held: readonly At<Event>[] = [];
  let came: readonly At<TextEvent<Event>>[] = [];

  const place = ({ at, shown }: ShownPart) => {
    const from = came.findLast((part) => part.at <= at);
    if (from === undefined || shown === '') return;
    const { chunk, event, make } = from.thing;
    const item = { at, thing: from.at === at && shown === chunk ? event : make(shown) };
    const behind = held.findIndex((other) => other.at > at);
    held = behind < 0 ? [...held, item] : held.toSpliced(behind, 0, item);
  };
  const release = (): readonly Event[] => {
    const { decided } = redactor;
    const first = held.findIndex(({ at }) => at > decided);
    const gone = first < 0 ? held : held.slice(0, first);
    held = first < 0 ? [] : held.slice(first);
    const needed = came.findLastIndex(({ at }) => at <= decided);
    came = needed > 0 ? came.slice(needed) : came;
    return gone.map(({ thing }) => thing);
  };
  return {
    add(event) {
      held = [...held, { at: redactor.mark(), thing: event }];
      return release();
    },
    text(part) {
      came = [...came, { at: redactor.mark(), thing: part }];
      for (const shown of redactor.push(part.chunk)) place(shown);
      return release();
    },
    border: () => void redactor.border(),
    end() {
      for (const shown of redactor.end()) place(shown);
      const all = held.map(({ thing }) => thing);
      held = [];
      came = [];
      return all;
    },
  };
};
