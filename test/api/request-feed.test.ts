import { expect, test } from 'vitest';
import { ApiError } from '../../api/http/api-error.ts';
import type { FeedUpdate } from '../../api/reading/event-listener.ts';
import { createRequestFeed } from '../../api/reading/request-feed.ts';

/** A feed over a list of updates, the last of which stays. */
function createFeed(updates: (FeedUpdate | Error)[]) {
  const unexpected: unknown[] = [];
  const state = { reads: 0, streams: 0, unexpected };
  const feed = createRequestFeed({
    read: async () => {
      state.reads += 1;
      const update = updates.length > 1 ? updates.shift() : updates[0];
      if (update === undefined || update instanceof Error) throw update ?? new Error('no update');
      return update;
    },
    metrics: { countStream: (change) => void (state.streams += change) },
    onUnexpected: (error) => state.unexpected.push(error),
    tickMs: 20,
  });
  return { feed, state };
}

const progress = (percentage: number): FeedUpdate => ({
  progress: { percentage_complete: percentage },
  version: String(percentage),
});
const ended: FeedUpdate = { ...progress(100), summary: { status: 'FINISHED' } };

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const text = await new Response(stream).text();
  return text.split('\n\n').filter((piece) => piece !== '');
}

test('tells progress when it changed and ends with the summary', async () => {
  const { feed, state } = createFeed([progress(10), progress(10), progress(60), ended]);

  const events = await readAll(await feed.open('a'));

  expect(events).toEqual([
    'retry: 3000',
    'event: progress\ndata: {"percentage_complete":10}',
    'event: progress\ndata: {"percentage_complete":60}',
    'event: progress\ndata: {"percentage_complete":100}',
    'event: summary\ndata: {"status":"FINISHED"}',
  ]);
  expect(state.streams).toBe(0);
});

test('answers an ended request at once with progress and summary', async () => {
  const { feed, state } = createFeed([ended]);

  const events = await readAll(await feed.open('a'));

  expect(events).toHaveLength(3);
  expect(state.reads).toBe(1);
});

test('reads once a tick for any number of listeners of a request', async () => {
  const { feed, state } = createFeed([progress(1)]);
  const streams = await Promise.all(Array.from({ length: 200 }, () => feed.open('a')));
  const readsAtOpening = state.reads;
  expect(state.streams).toBe(200);

  const readers = streams.map((stream) => stream.getReader());
  await expect.poll(() => state.reads, { interval: 1 }).toBe(readsAtOpening + 2);
  await Promise.all(readers.map((reader) => reader.cancel()));

  expect(state.streams).toBe(0);
});

test('tells a failure and goes on, but ends when the request is unknown', async () => {
  const away = new ApiError(503, 'Temporal is unreachable');
  const { feed } = createFeed([progress(1), away, new ApiError(404, 'unknown')]);

  const events = await readAll(await feed.open('a'));

  expect(events.slice(2)).toEqual([
    'event: failure\ndata: {"status":"Failed","error_message":"Temporal is unreachable"}',
    'event: failure\ndata: {"status":"Failed","error_message":"unknown"}',
  ]);
});

test('refuses to open a stream of a request that can not be read', async () => {
  const { feed, state } = createFeed([new ApiError(404, 'unknown')]);

  await expect(feed.open('a')).rejects.toMatchObject({ status: 404 });
  expect(state.streams).toBe(0);
});

test('ends every stream when the api shuts down', async () => {
  const { feed, state } = createFeed([progress(1)]);
  const stream = await feed.open('a');

  feed.close();

  expect(await readAll(stream)).toHaveLength(2);
  expect(state.streams).toBe(0);
});
