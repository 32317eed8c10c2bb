/** Pieces that wait for a slow listener before progress is left out for it. */
const MAXIMUM_WAITING_PIECES = 16;

/** Milliseconds after which a browser connects again by itself. */
const RECONNECT_MS = 3_000;

/** What a request has to say at a tick. */
export type FeedUpdate = {
  /** The answer of `GET /prewarm`. */
  readonly progress: unknown;
  /** Changes when something in the progress did: an unchanged one is not sent again. */
  readonly version: string;
  /** The answer of `GET /summary`, once the request has ended. */
  readonly summary?: unknown;
};

/** One stream of Server-Sent Events (WHATWG HTML, section 9.2). */
export type EventListener = {
  readonly stream: ReadableStream<Uint8Array>;
  /** Sends progress where it is news, and the summary with the end where there is one. */
  tell(update: FeedUpdate, isNews: boolean): void;
  /** Sends an event `failure` (`error` is EventSource's own), and ends where nothing can follow. */
  fail(message: string, isLast: boolean): void;
  /** Keeps proxies from closing a silent stream. */
  comment(): void;
  end(): void;
};

/**
 * A listener whose stream ends once.
 *
 * @param onEnd called once when either side has ended the stream.
 */
export function createEventListener(onEnd: () => void): EventListener {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stop = (): void => {
    controller = undefined;
    onEnd();
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (started) => {
        controller = started;
        started.enqueue(encoder.encode(`retry: ${RECONNECT_MS}\n\n`));
      },
      cancel: stop,
    },
    { highWaterMark: MAXIMUM_WAITING_PIECES },
  );
  const send = (event: string, data: unknown): void =>
    controller?.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
  const hasRoom = (): boolean => (controller?.desiredSize ?? 0) > 0;
  const end = (): void => {
    controller?.close();
    if (controller !== undefined) stop();
  };
  return {
    stream,
    tell: ({ progress, summary }, isNews) => {
      if (isNews && (hasRoom() || summary !== undefined)) send('progress', progress);
      if (summary === undefined) return;
      send('summary', summary);
      end();
    },
    fail: (message, isLast) => {
      if (hasRoom() || isLast) send('failure', { status: 'Failed', error_message: message });
      if (isLast) end();
    },
    comment: () => {
      if (hasRoom()) controller?.enqueue(encoder.encode(': still here\n\n'));
    },
    end,
  };
}
