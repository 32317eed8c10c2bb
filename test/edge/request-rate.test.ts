import { expect, test } from 'vitest';
import { RequestRate } from '../../edge/request-rate.ts';

function rateAt(maxPerSecond: number) {
  const clock = { nowMs: 1_000_000 };
  return { clock, rate: new RequestRate({ maxPerSecond, now: () => clock.nowMs }) };
}

test('lets a tenth of a second of requests go at once, then one by one', () => {
  const { rate } = rateAt(100);

  const waits = Array.from({ length: 14 }, () => rate.reserve('NRT57-P3'));

  expect(waits.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => 0));
  expect(waits.slice(11)).toEqual([10, 20, 30]);
});

test('never lets more go in any second than the rate and its burst', () => {
  const { clock, rate } = rateAt(50);
  let gone = 0;
  for (let ms = 0; ms < 2_000; ms += 1) {
    clock.nowMs += 1;
    if (rate.reserve('NRT57-P3') === 0) gone += 1;
    else clock.nowMs += 19;
  }

  const seconds = (clock.nowMs - 1_000_000) / 1_000;
  expect(gone).toBeLessThanOrEqual(seconds * 50 + 6);
});

test('keeps POPs apart', () => {
  const { rate } = rateAt(1);
  rate.reserve('NRT57-P3');
  rate.reserve('NRT57-P3');

  expect(rate.reserve('FRA56-P4')).toBe(0);
});

test('halves the rate once and leaves the POP alone for over 10 s', () => {
  const { clock, rate } = rateAt(500);

  for (let answer = 0; answer < 8; answer += 1) rate.slowDown('NRT57-P3');

  expect(rate.perSecond('NRT57-P3')).toBe(250);
  expect(rate.reserve('NRT57-P3')).toBe(10_500);
  clock.nowMs += 10_600;
  rate.slowDown('NRT57-P3');
  expect(rate.perSecond('NRT57-P3')).toBeCloseTo(125, 0);
});

test('comes back slowly to the full rate', () => {
  const { clock, rate } = rateAt(500);
  rate.slowDown('NRT57-P3');

  clock.nowMs += 10_500 + 4_000;
  const soon = rate.perSecond('NRT57-P3');
  clock.nowMs += 60_000;

  expect(soon).toBe(350);
  expect(rate.perSecond('NRT57-P3')).toBe(500);
});

test('never falls below one request a second', () => {
  const { clock, rate } = rateAt(2);
  for (let time = 0; time < 10; time += 1) {
    rate.slowDown('NRT57-P3');
    clock.nowMs += 10_500;
  }

  expect(rate.perSecond('NRT57-P3')).toBe(1);
});

test('gives up waiting when it is cancelled', async () => {
  const { rate } = rateAt(500);
  rate.slowDown('NRT57-P3');

  await expect(rate.take('NRT57-P3', AbortSignal.timeout(1))).rejects.toThrow(/abort/i);
});
