/** Something that happened in the local AWS. */
export type LoggedEvent = {
  readonly atMs: number;
  /** An API action (`SetDesiredCapacity`), or what the group did (`launch`, `in-service`, …). */
  readonly event: string;
  readonly detail: Readonly<Record<string, string | number>>;
  /** AWS error code of a refused call. */
  readonly error?: string;
};

/** The last events, oldest first. */
export interface EventLog {
  add(event: Omit<LoggedEvent, 'atMs'>): void;
  list(): readonly LoggedEvent[];
}

const MOST_EVENTS = 50_000;

/** Creates a log that keeps the last 50,000 events and tells each to `onEvent`. */
export function createEventLog(onEvent: (event: LoggedEvent) => void = () => undefined): EventLog {
  const events: LoggedEvent[] = [];
  return {
    add: (event) => {
      const logged = { atMs: Date.now(), ...event };
      if (events.length >= MOST_EVENTS) events.splice(0, MOST_EVENTS / 10);
      events.push(logged);
      onEvent(logged);
    },
    list: () => events,
  };
}
