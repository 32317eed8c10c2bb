import { expect, test } from 'vitest';
import { createReadOnce } from '../../api/http/read-once.ts';
import { TemporalBusyError } from '../../api/temporal/temporal-errors.ts';

function createReading(values: (number | Error)[]) {
  const answers: string[] = [];
  const state = { nowMs: 1_000, reads: 0, answers };
  const readOnce = createReadOnce<number>({
    read: async () => {
      state.reads += 1;
      const value = values.shift() ?? 0;
      if (value instanceof Error) throw value;
      return value;
    },
    keepMs: () => 700,
    capacity: 2,
    now: () => state.nowMs,
    onAnswer: (answer) => state.answers.push(answer),
  });
  return { state, readOnce };
}

test('shares one reading among callers that come at once', async () => {
  const { state, readOnce } = createReading([1]);

  const readings = await Promise.all(Array.from({ length: 50 }, () => readOnce('a')));

  expect(state.reads).toBe(1);
  expect(readings).toEqual(Array.from({ length: 50 }, () => ({ value: 1, staleMs: 0 })));
});

test('gives a value again until its time is over', async () => {
  const { state, readOnce } = createReading([1, 2]);

  await readOnce('a');
  state.nowMs += 699;
  const kept = await readOnce('a');
  state.nowMs += 1;
  const fresh = await readOnce('a');

  expect([kept.value, fresh.value]).toEqual([1, 2]);
  expect(state.answers).toEqual(['miss', 'hit', 'miss']);
});

test('gives the last value with its age while Temporal is busy, and asks it less often', async () => {
  const { state, readOnce } = createReading([1, new TemporalBusyError(503, 'busy'), 3]);

  await readOnce('a');
  state.nowMs += 1_000;
  const stale = await readOnce('a');
  state.nowMs += 100;
  const again = await readOnce('a');
  state.nowMs += 700;
  const fresh = await readOnce('a');

  expect([stale, again, fresh]).toEqual([
    { value: 1, staleMs: 1_000 },
    { value: 1, staleMs: 1_100 },
    { value: 3, staleMs: 0 },
  ]);
});

test('lets errors pass and forgets what was never read', async () => {
  const { state, readOnce } = createReading([new Error('gone'), new Error('gone'), 3]);

  await expect(readOnce('a')).rejects.toThrow('gone');
  await expect(readOnce('a')).rejects.toThrow('gone');
  const reading = await readOnce('a');

  expect(reading).toEqual({ value: 3, staleMs: 0 });
  expect(state.reads).toBe(3);
});
