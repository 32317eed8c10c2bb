import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestRate } from '../../edge/request-rate.ts';

const POP = 'NRT57-P3';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function rateAt(maxPerSecond: number) {
  const rate = new RequestRate({ maxPerSecond, now: () => performance.now() });
  /** When each request went, by the order in which they asked, in milliseconds from now on. */
  const wentAtMs: number[] = [];
  const startMs = performance.now();
  const ask = (pop = POP): void => {
    const turn = rate.of(pop).take(never());
    const note = (): void => void wentAtMs.push(performance.now() - startMs);
    if (turn === undefined) note();
    else void turn.then(note);
  };
  return { rate, wentAtMs, ask };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

/** Asks for so many requests, which all wait, and cancels them when told to. */
function askInVain(rate: RequestRate, count: number): { cancel: () => Promise<void> } {
  const controllers = Array.from({ length: count }, () => new AbortController());
  const turns = controllers.map(({ signal }) => Promise.resolve(rate.of(POP).take(signal)));
  return {
    cancel: async () => {
      for (const controller of controllers) controller.abort();
      const ends = await Promise.allSettled(turns);
      expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']));
    },
  };
}

test('lets a tenth of a second of requests go at once, then one by one', async () => {
  const { wentAtMs, ask } = rateAt(100);

  for (let request = 0; request < 14; request += 1) ask();
  await vi.advanceTimersByTimeAsync(1_000);

  expect(wentAtMs.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => 0));
  expect(wentAtMs.slice(11)).toEqual([10, 20, 30]);
});

test('never lets more go in any second than the rate and its burst', async () => {
  const { wentAtMs, ask } = rateAt(300);
  await vi.advanceTimersByTimeAsync(5_000);

  for (let request = 0; request < 1_000; request += 1) ask();
  await vi.advanceTimersByTimeAsync(5_000);

  expect(wentAtMs).toHaveLength(1_000);
  const inSecondFrom = wentAtMs.map(
    (fromMs) => wentAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000).length,
  );
  expect(Math.max(...inSecondFrom)).toBeLessThanOrEqual(300 + 30 + 1);
  expect(inSecondFrom[500]).toBeGreaterThanOrEqual(299);
});

test('keeps the order in which requests asked', async () => {
  const { rate } = rateAt(1);
  const went: number[] = [];
  for (const request of [1, 2, 3, 4]) {
    void rate
      .of(POP)
      .take(never())
      ?.then(() => went.push(request));
  }

  await vi.advanceTimersByTimeAsync(10_000);

  expect(went).toEqual([2, 3, 4]);
});

test('keeps POPs apart', () => {
  const { rate } = rateAt(1);
  void rate.of(POP).take(never());
  void rate.of(POP).take(never());

  expect(rate.of('FRA56-P4').take(never())).toBeUndefined();
});

test('gives the turns of cancelled requests to those that come after them', async () => {
  const { rate, wentAtMs, ask } = rateAt(1);
  ask();
  await askInVain(rate, 32).cancel();

  ask();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(wentAtMs).toEqual([0, 900]);
});

test('gives the turns of cancelled requests to those that wait behind them', async () => {
  const { rate, wentAtMs, ask } = rateAt(1);
  ask();
  const before = askInVain(rate, 32);
  ask();
  ask();

  await before.cancel();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(wentAtMs).toEqual([0, 900, 1_900]);
});

test('takes no turn for a request that was cancelled before it asked', async () => {
  const { rate } = rateAt(1);

  await expect(rate.of(POP).take(AbortSignal.abort())).rejects.toThrow(/abort/i);

  expect(rate.of(POP).take(never())).toBeUndefined();
});

test('leaves no timer behind when nobody waits', async () => {
  const { rate, ask } = rateAt(1);
  ask();
  await askInVain(rate, 3).cancel();

  expect(vi.getTimerCount()).toBe(0);
});

test('halves the rate once and leaves the POP alone for over 10 s', async () => {
  const { rate, wentAtMs, ask } = rateAt(500);

  for (let answer = 0; answer < 8; answer += 1) rate.of(POP).slowDown();

  expect(rate.of(POP).perSecond).toBe(250);
  ask();
  await vi.advanceTimersByTimeAsync(10_600);
  expect(wentAtMs).toEqual([10_500]);
  rate.of(POP).slowDown();
  expect(rate.of(POP).perSecond).toBeCloseTo(125, 0);
});

test('leaves a POP alone that asks for it while requests wait', async () => {
  const { rate, wentAtMs, ask } = rateAt(1);
  ask();
  ask();
  ask();

  rate.of(POP).slowDown();
  await vi.advanceTimersByTimeAsync(20_000);

  expect(wentAtMs).toEqual([0, 10_500, 11_500]);
});

test('comes back slowly to the full rate', () => {
  const { rate } = rateAt(500);
  rate.of(POP).slowDown();

  vi.advanceTimersByTime(10_500 + 4_000);
  const soon = rate.of(POP).perSecond;
  vi.advanceTimersByTime(60_000);

  expect(soon).toBe(350);
  expect(rate.of(POP).perSecond).toBe(500);
});

test('never falls below one request a second', () => {
  const { rate } = rateAt(2);
  for (let time = 0; time < 10; time += 1) {
    rate.of(POP).slowDown();
    vi.advanceTimersByTime(10_500);
  }

  expect(rate.of(POP).perSecond).toBe(1);
});

test('gives up waiting when it is cancelled', async () => {
  const { rate } = rateAt(500);
  rate.of(POP).slowDown();
  const cancel = new AbortController();

  const turn = rate.of(POP).take(cancel.signal);
  cancel.abort();

  await expect(turn).rejects.toThrow(/abort/i);
});
