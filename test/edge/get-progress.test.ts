import { expect, test } from 'vitest';
import { missedDeadline, startProgress } from '../../edge/undici/get-progress.ts';

const deadlines = {
  connectMs: 6_000,
  firstByteMs: 130_000,
  idleMs: 30_000,
  totalMs: 3_600_000,
  minimumBytesPerSecond: 1_024,
};

test('gives the connection, the first byte and the whole GET their own time', () => {
  const progress = startProgress(0);

  expect(missedDeadline(progress, deadlines, 6_000)).toBeUndefined();
  expect(missedDeadline(progress, deadlines, 6_001)).toBe('connect_timeout');
  progress.requestedAtMs = 5_000;
  expect(missedDeadline(progress, deadlines, 135_000)).toBeUndefined();
  expect(missedDeadline(progress, deadlines, 135_001)).toBe('first_byte_timeout');
  expect(missedDeadline(progress, deadlines, 3_600_001)).toBe('deadline');
});

test('tells a body that stands still from one that drips', () => {
  const progress = { ...startProgress(0), requestedAtMs: 0, lastBytesAtMs: 10 };

  expect(missedDeadline(progress, deadlines, 30_010)).toBeUndefined();
  expect(missedDeadline(progress, deadlines, 30_011)).toBe('idle_timeout');
  for (let nowMs = 1_000; nowMs < 60_000; nowMs += 1_000) {
    progress.lastBytesAtMs = nowMs;
    progress.bodyBytes += 1_000;
    expect(missedDeadline(progress, deadlines, nowMs)).toBeUndefined();
  }
  progress.lastBytesAtMs = 60_000;
  expect(missedDeadline(progress, deadlines, 60_000)).toBe('too_slow');
});

test('judges each minute anew', () => {
  const progress = { ...startProgress(0), requestedAtMs: 0, lastBytesAtMs: 0 };
  progress.bodyBytes = 1_000_000;
  progress.lastBytesAtMs = 60_000;
  expect(missedDeadline(progress, deadlines, 60_000)).toBeUndefined();

  progress.bodyBytes += 60;
  progress.lastBytesAtMs = 120_000;

  expect(missedDeadline(progress, deadlines, 120_000)).toBe('too_slow');
});

test('does not blame a peer for the byte rate limit', () => {
  const progress = { ...startProgress(0), requestedAtMs: 0, lastBytesAtMs: 0, isHeld: true };

  expect(missedDeadline(progress, deadlines, 90_000)).toBeUndefined();
});
