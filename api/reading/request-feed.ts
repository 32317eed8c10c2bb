import type { ApiMetrics } from '../http/api-metrics.ts';
import { ApiError } from '../http/api-error.ts';
import { createEventListener, type EventListener, type FeedUpdate } from './event-listener.ts';

/** Most streams of one api process, over all requests. */
export const MAXIMUM_STREAMS = 2_000;

const TICK_MS = 1_000;
const COMMENT_EVERY_TICKS = 15;

/** What {@link createRequestFeed} needs. */
export type RequestFeedDeps = {
  readonly read: (requestId: string) => Promise<FeedUpdate>;
  readonly metrics: Pick<ApiMetrics, 'countStream'>;
  /** Told of an error that is no refusal; the streams concerned end. */
  readonly onUnexpected: (error: unknown) => void;
  /** @default 1,000 ms: progress is told at most once a second. */
  readonly tickMs?: number;
};

/** Streams of Server-Sent Events about requests. */
export type RequestFeed = {
  /**
   * A new stream, which begins with the request's progress now.
   *
   * @throws ApiError 404 for an unknown request, 503 when Temporal is away or too many streams are open.
   */
  open(requestId: string): Promise<ReadableStream<Uint8Array>>;
  /** Ends every stream: the api is shutting down. */
  close(): void;
};

type Channel = { readonly listeners: Set<EventListener>; version: string };

/**
 * Feeds any number of listeners of a request from one reading of it a second.
 *
 * A channel lives while somebody listens and the request runs; its readings go through the
 * cache that pollers share, so listeners cost Temporal nothing of their own.
 */
export function createRequestFeed(deps: RequestFeedDeps): RequestFeed {
  const { read, metrics, tickMs = TICK_MS } = deps;
  const channels = new Map<string, Channel>();
  let streams = 0;

  async function watch(requestId: string, channel: Channel): Promise<void> {
    for (let tick = 1; channel.listeners.size > 0; tick += 1) {
      await pause(tickMs);
      if (tick % COMMENT_EVERY_TICKS === 0) forEach(channel, (listener) => listener.comment());
      await tell(deps, requestId, channel);
    }
    if (channels.get(requestId) === channel) channels.delete(requestId);
  }

  function join(channel: Channel): EventListener {
    const listener = createEventListener(() => {
      if (channel.listeners.delete(listener)) countStream(-1);
    });
    channel.listeners.add(listener);
    countStream(1);
    return listener;
  }

  function countStream(change: 1 | -1): void {
    streams += change;
    metrics.countStream(change);
  }

  return {
    open: async (requestId) => {
      if (streams >= MAXIMUM_STREAMS) {
        throw new ApiError(503, `This api has ${MAXIMUM_STREAMS} streams open: poll GET /prewarm`);
      }
      const update = await read(requestId);
      const channel = channels.get(requestId) ?? { listeners: new Set(), version: update.version };
      const listener = join(channel);
      listener.tell(update, true);
      if (channels.get(requestId) !== channel && channel.listeners.size > 0) {
        channels.set(requestId, channel);
        void watch(requestId, channel);
      }
      return listener.stream;
    },
    close: () => {
      for (const channel of channels.values()) forEach(channel, (listener) => listener.end());
    },
  };
}

/** Reads a request once and tells all its listeners what came of it. */
async function tell(deps: RequestFeedDeps, requestId: string, channel: Channel): Promise<void> {
  try {
    const update = await deps.read(requestId);
    const isNews = update.version !== channel.version;
    channel.version = update.version;
    forEach(channel, (listener) => listener.tell(update, isNews));
  } catch (error) {
    const isRefusal = error instanceof ApiError;
    if (!isRefusal) deps.onUnexpected(error);
    const message = isRefusal ? error.message : 'The api failed unexpectedly';
    const isLast = !isRefusal || error.status === 404;
    forEach(channel, (listener) => listener.fail(message, isLast));
  }
}

function forEach(channel: Channel, act: (listener: EventListener) => void): void {
  for (const listener of channel.listeners) act(listener);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
