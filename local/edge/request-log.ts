/** One request that a POP, a regional edge cache or the origin was asked. */
export type LoggedRequest = {
  /** Counts up from 1 over all locations. */
  number: number;
  /** Milliseconds since the epoch. */
  atMs: number;
  /** POP id, region of a regional edge cache, or `origin`. */
  location: string;
  distributionId: string;
  method: string;
  host: string;
  /** With the query string as this location got it. */
  path: string;
  range: string;
  /** 0 while no answer was begun. */
  status: number;
  /** First word of X-Cache at POPs; what the cache did at regional edge caches; empty at the origin. */
  result: string;
  /** `open` while under way; `aborted` when not every byte was taken. */
  end: 'open' | 'complete' | 'aborted';
};

/** What to log; number, time, and end are filled in. */
export type RequestToLog = Omit<LoggedRequest, 'number' | 'atMs' | 'end' | 'status' | 'result'>;

/** The last requests, oldest first. */
export interface RequestLog {
  add: (request: RequestToLog) => LoggedRequest;
  /** Requests logged since the start or the last clear, including those no longer kept. */
  total: () => number;
  values: () => IterableIterator<LoggedRequest>;
  clear: () => void;
}

/** Keeps the last `capacity` requests; older ones are only counted. */
export function createRequestLog(capacity: number, now: () => number): RequestLog {
  let ring: LoggedRequest[] = [];
  let total = 0;
  return {
    add: function add({ location, distributionId, method, host, path, range }) {
      const logged: LoggedRequest = {
        number: total + 1,
        atMs: now(),
        location,
        distributionId,
        method,
        host,
        path,
        range,
        status: 0,
        result: '',
        end: 'open',
      };
      ring[total % capacity] = logged;
      total += 1;
      return logged;
    },
    total: () => total,
    values: function* values() {
      const first = Math.max(0, total - capacity);
      for (let index = first; index < total; index += 1) {
        const logged = ring[index % capacity];
        if (logged !== undefined) yield logged;
      }
    },
    clear: function clear() {
      ring = [];
      total = 0;
    },
  };
}
