import { expect, onTestFinished, test } from 'vitest';
import { type ByteRateMember, TokenBucket } from '../../../edge/http1/byte-rate.ts';
import { createHttp1Engine } from '../../../edge/http1/http1-engine.ts';
import { engineRequest } from './helpers/engine-request.ts';
import { ManualClock } from './helpers/manual-clock.ts';
import { okAnswer, rawServer } from './helpers/raw-server.ts';

/** A reader that reads pieces of 16 KiB for as long as it may. */
function greedyReader(bucket: TokenBucket): ByteRateMember & { readBytes: number } {
  const reader = {
    turnBytes: 0,
    readBytes: 0,
    onTurn() {
      do reader.readBytes += 16_384;
      while (bucket.take(reader, 16_384));
    },
  };
  return reader;
}

/** A clock that moves by `stepMs` at each turn of the event loop or so. */
function tickingClock(stepMs: number): ManualClock {
  const clock = new ManualClock();
  const timer = setInterval(() => clock.advance(stepMs), 1);
  onTestFinished(() => clearInterval(timer));
  return clock;
}

test('lets no more bytes through than the rate, and no fewer', () => {
  const bucket = new TokenBucket(1_000_000);
  const reader = greedyReader(bucket);
  bucket.onTick(0);
  reader.onTurn();

  for (let nowMs = 100; nowMs <= 10_000; nowMs += 100) bucket.onTick(nowMs);

  // Ten seconds and the burst, within one piece.
  expect(Math.abs(reader.readBytes - 10_250_000)).toBeLessThanOrEqual(16_384);
});

test('shares the rate equally between readers, however many there are', () => {
  const bucket = new TokenBucket(1_000_000);
  const readers = Array.from({ length: 7 }, () => greedyReader(bucket));
  bucket.onTick(0);
  for (const reader of readers) reader.onTurn();
  for (const reader of readers) reader.readBytes = 0;

  for (let nowMs = 100; nowMs <= 20_000; nowMs += 100) bucket.onTick(nowMs);

  const fairShare = 20_000_000 / 7;
  for (const { readBytes } of readers) {
    expect(Math.abs(readBytes - fairShare)).toBeLessThan(0.05 * fairShare);
  }
});

test('gives no turn to a reader that has left', () => {
  const bucket = new TokenBucket(1_000);
  const reader = greedyReader(bucket);
  reader.onTurn();
  const { readBytes } = reader;

  bucket.leave(reader);
  for (let nowMs = 0; nowMs <= 100_000; nowMs += 100) bucket.onTick(nowMs);

  expect(reader.readBytes).toBe(readBytes);
});

test('holds a body back in the engine, without calling its peer slow', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer(2_000_000)));
  const clock = tickingClock(2_000);
  const engine = createHttp1Engine({ clock, maximumBytesPerSecond: 10_000 });
  onTestFinished(() => engine.close());
  const startedAtMs = clock.preciseMs;

  const { deadlines } = engineRequest(1);
  const answer = await engine.fetch(
    engineRequest(server.port, { deadlines: { ...deadlines, minimumBytesPerSecond: 20_000 } }),
  );

  expect(answer.bodyBytes).toBe(2_000_000);
  expect(clock.preciseMs - startedAtMs).toBeGreaterThan(190_000);
});

test('reads the next answer on a connection that was held back at the end of the last', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer(60_000)));
  const clock = tickingClock(100);
  const engine = createHttp1Engine({ clock, maximumBytesPerSecond: 50_000 });
  onTestFinished(() => engine.close());

  await engine.fetch(engineRequest(server.port));
  const second = await engine.fetch(engineRequest(server.port));

  expect(second).toMatchObject({ bodyBytes: 60_000, isConnectionReused: true });
});
