import { getEventListeners, setMaxListeners } from 'node:events';
import { expect, test } from 'vitest';
import { type ConcurrencyPolicy, createFixedConcurrency } from '../../edge/concurrency-policy.ts';
import { PopLimiter, type Slot } from '../../edge/pop-limiter.ts';

const { signal } = new AbortController();
// Each test's limiter listens to it.
setMaxListeners(0, signal);

function limiter({ perPop = 2, maxRunning = 100 } = {}) {
  const policy = createFixedConcurrency(perPop);
  let nowMs = 0;
  const pass = (ms: number) => (nowMs += ms);
  const limit = new PopLimiter({ policy, maxRunning, now: () => nowMs });
  const granted: string[] = [];
  const slots: Slot[] = [];
  const ask = (name: string, { isLarge = false, cancel = signal } = {}) => {
    const pop = name.split(' ')[0] ?? name;
    return limit.acquire({ pop, isLarge, signal: cancel }).then((slot) => {
      granted.push(slot === undefined ? `${name} gave up` : name);
      if (slot !== undefined) slots.push(slot);
      return slot;
    });
  };
  return { limit, granted, slots, ask, pass };
}

/** As many places for each POP as `limitOf` says at the moment. */
function changingConcurrency(limitOf: () => number): ConcurrencyPolicy {
  return { of: (pop) => ({ ...createFixedConcurrency(1).of(pop), limitOf }) };
}

const settled = async () => new Promise<void>((resolve) => setImmediate(resolve));

test('grants a POP its places and then first come, first served', async () => {
  const { granted, slots, ask } = limiter();
  for (const name of ['NRT 1', 'NRT 2', 'NRT 3', 'NRT 4', 'FRA 1']) void ask(name);
  await settled();
  const before = [...granted];
  slots[0]?.release();
  slots[0]?.release();
  await settled();

  expect(before).toEqual(['NRT 1', 'NRT 2', 'FRA 1']);
  expect(granted.slice(3)).toEqual(['NRT 3']);
});

test('keeps the process at its limit and lets POPs take turns', async () => {
  const { limit, granted, slots, ask } = limiter({ perPop: 8, maxRunning: 2 });
  for (const name of ['NRT 1', 'NRT 2', 'NRT 3', 'NRT 4', 'FRA 1', 'FRA 2']) void ask(name);
  await settled();
  for (let turn = 0; turn < 6; turn += 1) {
    slots[turn]?.release();
    await settled();
    expect(limit.running).toBeLessThanOrEqual(2);
  }

  expect(granted.slice(2)).toEqual(['NRT 3', 'FRA 1', 'NRT 4', 'FRA 2']);
});

test('holds large objects at three without holding up small ones', async () => {
  const { granted, slots, ask } = limiter({ perPop: 8 });
  for (const n of [1, 2, 3, 4]) void ask(`NRT large ${n}`, { isLarge: true });
  void ask('NRT small');
  await settled();
  const before = [...granted];
  slots[3]?.release();
  slots[0]?.release();
  await settled();

  expect(before).toEqual(['NRT large 1', 'NRT large 2', 'NRT large 3', 'NRT small']);
  expect(granted.at(-1)).toBe('NRT large 4');
});

test('lets a waiting task give up, and its place go to the next', async () => {
  const { limit, granted, slots, ask } = limiter({ perPop: 1 });
  const cancel = new AbortController();
  void ask('NRT 1');
  void ask('NRT 2', { cancel: cancel.signal });
  void ask('NRT 3');
  await settled();
  cancel.abort();
  slots[0]?.release();
  await settled();
  slots[1]?.release();

  expect(granted).toEqual(['NRT 1', 'NRT 2 gave up', 'NRT 3']);
  expect(limit.running).toBe(0);
});

test('tells the policy when its limit makes a task wait, and not when the process is full', async () => {
  const full: string[] = [];
  const policy = {
    of: (pop: string) => ({
      ...createFixedConcurrency(4).of(pop),
      noteFull: (size: string) => full.push(`${pop} ${size}`),
    }),
  };
  const limit = new PopLimiter({ policy, maxRunning: 8 });

  for (let n = 0; n < 4; n += 1) void limit.acquire({ pop: 'NRT', isLarge: true, signal });
  void limit.acquire({ pop: 'NRT', isLarge: false, signal });
  const before = [...full];
  void limit.acquire({ pop: 'NRT', isLarge: false, signal });
  for (let n = 0; n < 5; n += 1) void limit.acquire({ pop: 'FRA', isLarge: false, signal });

  expect(before).toEqual(['NRT large']);
  expect(full).toEqual(['NRT large', 'NRT any']);
  expect(limit.running).toBe(8);
});

test('gives a place back during a wait and takes another afterwards', async () => {
  const { limit, granted, slots, ask } = limiter({ perPop: 1 });
  let wake = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (wake = resolve));
  void ask('NRT 1');
  void ask('NRT 2');
  await settled();
  const back = slots[0]?.leaveFor(() => waiting, signal);
  await settled();
  const during = [...granted];
  wake();
  await settled();
  slots[1]?.release();

  expect(during).toEqual(['NRT 1', 'NRT 2']);
  expect(await back).toBe(true);
  expect(limit.running).toBe(1);
  slots[0]?.release();
  expect(limit.running).toBe(0);
});

test('takes no other place after a wait that was cancelled, and holds none', async () => {
  const { limit, slots, ask } = limiter({ perPop: 1 });
  const cancel = new AbortController();
  void ask('NRT 1');
  await settled();
  const back = slots[0]?.leaveFor(async () => cancel.abort(), cancel.signal);

  expect(await back).toBe(false);
  expect(limit.running).toBe(0);
});

test('has one listener for all that wait with the same signal', async () => {
  const { granted, ask } = limiter({ perPop: 1 });
  const cancel = new AbortController();
  for (const name of ['NRT 1', 'NRT 2', 'NRT 3', 'FRA 1', 'FRA 2']) {
    void ask(name, { cancel: cancel.signal });
  }

  expect(getEventListeners(cancel.signal, 'abort')).toHaveLength(1);
  cancel.abort();
  await settled();
  expect(granted.filter((name) => name.endsWith('gave up'))).toHaveLength(3);
});

test('lets a place stay while nobody else wants it', async () => {
  const { slots, ask, pass } = limiter({ perPop: 1 });
  const { signal: mine } = new AbortController();
  void ask('NRT 1', { cancel: mine });
  void ask('NRT 2', { cancel: mine });
  await settled();
  pass(1_000);
  const alone = slots[0]?.mayStay(false);
  void ask('NRT of another batch');

  expect([alone, slots[0]?.mayStay(false)]).toEqual([true, false]);
});

test('lets a place stay for a turn while others wait for it', async () => {
  const { slots, ask, pass } = limiter({ perPop: 1 });
  const { signal: mine } = new AbortController();
  void ask('NRT 1', { cancel: mine });
  void ask('NRT of another batch');
  await settled();
  pass(49);
  const inTurn = slots[0]?.mayStay(false);
  pass(1);

  expect([inTurn, slots[0]?.mayStay(false)]).toEqual([true, false]);
});

test('gives the places that a POP has won to other batches, too, while one stays for its turn', async () => {
  let perPop = 1;
  const policy = changingConcurrency(() => perPop);
  const limit = new PopLimiter({ policy, maxRunning: 10, now: () => 0 });
  const { signal: mine } = new AbortController();
  const first = await limit.acquire({ pop: 'NRT', isLarge: false, signal: mine });
  const other = limit.acquire({ pop: 'NRT', isLarge: false, signal });
  perPop = 2;

  expect(first?.mayStay(false)).toBe(true);
  expect(await other).toBeDefined();
});

test('lets no place stay for a task of another size, nor after it was given back', async () => {
  const { slots, ask } = limiter();
  void ask('NRT 1');
  await settled();
  const forLarge = slots[0]?.mayStay(true);
  const forSmall = slots[0]?.mayStay(false);
  slots[0]?.release();

  expect([forLarge, forSmall, slots[0]?.mayStay(false)]).toEqual([false, true, false]);
});

test('lets no place stay that its POP has lost, nor for long one that another POP waits for', async () => {
  const policy = changingConcurrency(() => perPop);
  let perPop = 2;
  let nowMs = 0;
  const limit = new PopLimiter({ policy, maxRunning: 3, now: () => nowMs });
  const take = async (pop: string) => limit.acquire({ pop, isLarge: false, signal });
  const [first, second] = [await take('NRT'), await take('NRT')];
  perPop = 1;
  const lost = [first?.mayStay(false)];
  second?.release();
  const kept = first?.mayStay(false);
  perPop = 3;
  await take('NRT');
  await take('NRT');
  void take('FRA');
  const inTurn = first?.mayStay(false);
  nowMs = 50;

  expect([lost, kept, inTurn, first?.mayStay(false)]).toEqual([[false], true, true, false]);
});

test('gives the places that a POP has won to those who wait, when another one stays', async () => {
  let perPop = 1;
  const policy = changingConcurrency(() => perPop);
  const limit = new PopLimiter({ policy, maxRunning: 10 });
  const take = async () => limit.acquire({ pop: 'NRT', isLarge: false, signal });
  const first = await take();
  const second = take();
  perPop = 2;

  expect(first?.mayStay(false)).toBe(true);
  expect(await second).toBeDefined();
  expect(limit.running).toBe(2);
});
