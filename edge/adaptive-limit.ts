import { ConcurrencyRound, type RoundResult, type RoundSample } from './concurrency-round.ts';
import type { EventLoopLoad } from './event-loop-load.ts';
import { RecentMinimum } from './recent-minimum.ts';

/** Bounds of an {@link AdaptiveLimit}, 1 ≤ minimum ≤ start ≤ maximum. */
export type LimitBounds = {
  readonly minimum: number;
  readonly start: number;
  readonly maximum: number;
};

/** A step up that has to prove itself. */
type Trial = { readonly from: number; readonly throughput: number; roundsToSettle: number };

/** A cut for a queue that has to prove itself: by what the round before it showed. */
type Cut = { readonly from: number; readonly to: number; readonly before: RoundResult };

/** How long the shortest times, and where failures began, are remembered (as BBR's ten seconds). */
const MEMORY_MS = 10_000;
/** A first byte later than this many times the recent best is a queue, not noise … */
const QUEUE_FACTOR = 2;
/** … where it is also this much later: a near POP's few milliseconds vary by the event loop alone. */
const QUEUE_SLACK_MS = 10;
/** So many late rounds in a row are a queue: one comes from handshakes, or from a process that stood still. */
const QUEUEING_ROUNDS = 2;
/** After so many rounds in a row at whose end this process had no time left, it is the bottleneck. */
const SATURATED_ROUNDS = 2;
/** Each cut for a queue takes this share of the places, else the next round's noise would judge it. */
const LEAST_CUT = 0.25;
/** With half the places a queue is half as long: a first byte as late as this share of before was none. */
const SAME_FIRST_BYTE = 0.8;
/** Shorter than the memory of what came sooner, else it would outlast what speaks against it. */
const QUEUE_BELIEF_MS = 4_000;
/** While starting, each answer brings so many places: the POP has three times as many a round trip later. */
const PLACES_PER_ANSWER = 2;
/** While starting, a round that brings less than this many times the best so far is flat … */
const STARTING_GAIN = 1.25;
/** … and so many in a row end the start. New connections take about three round trips to show … */
const FLAT_ROUNDS = 3;
/** … so a near POP shows them within the round, and two in a row are no accident. */
const FLAT_ROUNDS_NEAR = 2;
/** A step up by a quarter has to bring this share of a quarter, and no failure. */
const LEAST_SHARE_OF_GAIN = 0.4;
/** TCP, TLS and the request take three round trips, a round afterwards takes two. */
const ROUNDS_TO_SETTLE = 2;
/** Rounds until the next step up after one in vain; doubles each time to the longest. */
const FIRST_REST_ROUNDS = 4;
const LONGEST_REST_ROUNDS = 32;
/** Fewer failures than this say nothing of the load: one broken object in a batch is no queue. */
const TOLERATED_FAILED_SHARE = 0.03;
/** Places beyond what is in flight without a queue, so that a pause does not leave the POP idle. */
const HEADROOM = 1.25;

/**
 * Finds how many GETs at once a POP is worth, from what they show; the clock comes with the calls.
 *
 * Starts as BBR does (draft-cardwell-iccrg-bbr-congestion-control §4.3): grows with each answer that
 * is not late (as HyStart, RFC 9406), or for a near POP with each round, until throughput stays flat,
 * then falls back to what fills the path by Little's law. From there it climbs: a step up stays when
 * throughput follows it. A round in which more than 3 % of the GETs failed costs that share of the
 * places, at most half. A queue at the first byte costs a quarter to a half of them, down to the
 * start; where the first byte then comes no sooner and less is done, the objects have become slower,
 * not the POP: it starts anew. Where this process itself is the queue, more connections would only
 * cost more of its time: it grows no more, and after two such rounds keeps what fills the path.
 */
export class AdaptiveLimit {
  readonly #bounds: LimitBounds;
  readonly #load: EventLoopLoad;
  #bestFirstByteMs = new RecentMinimum(MEMORY_MS);
  #bestTotalMs = new RecentMinimum(MEMORY_MS);
  #round: ConcurrencyRound;
  #isStarting = true;
  #best = { throughput: 0, answersPerSecond: 0 };
  #flatRounds = 0;
  #queueingRounds = 0;
  #saturatedRounds = 0;
  #trial: Trial | undefined;
  #cut: Cut | undefined;
  /** A cut has shortened a queue: until then, what comes late at the start's places comes from it. */
  #queueUntilMs = Number.NEGATIVE_INFINITY;
  #restRounds = 0;
  #nextRestRounds = FIRST_REST_ROUNDS;
  /** The answers of one round after a cut were asked for before it. */
  #isAfterCut = false;
  /** Where failures began: not tried again for a while. */
  #ceiling = { value: Number.POSITIVE_INFINITY, untilMs: 0 };
  #value: number;

  constructor(bounds: LimitBounds, load: EventLoopLoad, nowMs: number) {
    this.#bounds = bounds;
    this.#load = load;
    this.#value = bounds.start;
    this.#round = new ConcurrencyRound(nowMs, bounds.start);
  }

  /** GETs at once, a whole number within the bounds. */
  get value(): number {
    return this.#value;
  }

  noteFull(): void {
    this.#round.isFull = true;
  }

  noteAnswer(sample: RoundSample, nowMs: number): void {
    this.#round.addAnswer(sample);
    if (this.#mayGrow() && !this.#isQueueing(sample.firstByteMs))
      this.#value = Math.min(this.#bounds.maximum, this.#value + PLACES_PER_ANSWER);
    this.#endRound(nowMs);
  }

  noteFailure(nowMs: number): void {
    this.#round.addFailure();
    this.#endRound(nowMs);
  }

  #mayGrow(): boolean {
    const { isFull, hasFailures, isOfNearPop } = this.#round;
    if (!this.#isStarting || !isFull || hasFailures || isOfNearPop) return false;
    return !this.#load.isSaturated();
  }

  #endRound(nowMs: number): void {
    const result = this.#round.resultAt(nowMs, this.#isStarting ? 1 : 2);
    if (result === undefined) return;
    this.#remember(result);
    this.#saturatedRounds = this.#load.isSaturated() ? this.#saturatedRounds + 1 : 0;
    this.#learnFrom(result);
    this.#round = new ConcurrencyRound(nowMs, this.#value);
  }

  #learnFrom(result: RoundResult): void {
    if (this.#isAfterCut) {
      this.#isAfterCut = false;
      return;
    }
    const cut = result.isFull ? this.#cut : undefined;
    if (result.isFull) this.#cut = undefined;
    if (result.failedShare > TOLERATED_FAILED_SHARE) this.#cutForFailures(result);
    else if (cut !== undefined && this.#wasNoQueue(cut, result)) this.#startAnew(cut, result);
    else if (this.#queueingRounds >= QUEUEING_ROUNDS) this.#cutForQueue(result);
    else if (this.#isEnough()) this.#cutForSaturation(result);
    else if (result.isFull) this.#grow(result);
  }

  #remember({ firstByteMs, meanTotalMs, endedAtMs }: RoundResult): void {
    if (firstByteMs !== undefined) this.#bestFirstByteMs.add(firstByteMs, endedAtMs);
    if (meanTotalMs !== undefined) this.#bestTotalMs.add(meanTotalMs, endedAtMs);
    this.#queueingRounds = this.#isQueueing(firstByteMs) ? this.#queueingRounds + 1 : 0;
  }

  #isQueueing(firstByteMs = 0): boolean {
    return firstByteMs > this.#bestFirstByteMs.value * QUEUE_FACTOR + QUEUE_SLACK_MS;
  }

  #cutForFailures({ failedShare, endedAtMs }: RoundResult): void {
    if (this.#value > this.#bounds.start) {
      const value = this.#trial?.from ?? this.#value - 1;
      this.#ceiling = { value, untilMs: endedAtMs + MEMORY_MS };
    }
    const kept = Math.floor(this.#value * (1 - Math.min(0.5, failedShare)));
    this.#value = Math.max(this.#bounds.minimum, Math.min(kept, this.#value - 1));
    this.#afterCut();
  }

  #cutForQueue(result: RoundResult): void {
    if (this.#trial !== undefined) {
      this.#value = this.#trial.from;
      this.#afterCut();
      return;
    }
    const { minimum, start } = this.#bounds;
    const from = this.#value;
    // The start's places are kept, but for one look at whether it is a queue that fills them.
    if (from <= start && result.endedAtMs < this.#queueUntilMs) return;
    const needed = Math.min(this.#withoutQueue(result), Math.floor(from * (1 - LEAST_CUT)));
    this.#value = Math.max(from > start ? start : minimum, Math.ceil(from / 2), needed);
    this.#afterCut();
    this.#cut = { from, to: this.#value, before: result };
  }

  /**
   * By the first full round whose GETs were all asked after the cut: with fewer places a queue lets
   * the first byte come sooner, or as much is done as before; of slower objects neither is true.
   */
  #wasNoQueue({ from, to, before }: Cut, result: RoundResult): boolean {
    const { firstByteMs = 0, throughput, endedAtMs } = result;
    const isSooner = firstByteMs <= (before.firstByteMs ?? 0) * SAME_FIRST_BYTE;
    const isAsMuch = throughput >= before.throughput * ((1 + to / from) / 2);
    if (to === from || (!isSooner && !isAsMuch)) return true;
    this.#queueUntilMs = endedAtMs + QUEUE_BELIEF_MS;
    return false;
  }

  /** Other objects, other times: what was learned of the former ones no longer holds. */
  #startAnew({ from }: Cut, result: RoundResult): void {
    this.#value = from;
    this.#bestFirstByteMs = new RecentMinimum(MEMORY_MS);
    this.#bestTotalMs = new RecentMinimum(MEMORY_MS);
    this.#remember(result);
    this.#isStarting = true;
    this.#best = { throughput: 0, answersPerSecond: 0 };
    this.#flatRounds = 0;
    this.#restRounds = 0;
    this.#nextRestRounds = FIRST_REST_ROUNDS;
  }

  /** This process is the bottleneck, and the POP has the places that any POP starts with. */
  #isEnough(): boolean {
    return this.#value >= this.#bounds.start && this.#saturatedRounds > 0;
  }

  #cutForSaturation(result: RoundResult): void {
    if (this.#saturatedRounds < SATURATED_ROUNDS) return;
    const needed = Math.max(this.#bounds.start, this.#withoutQueue(result));
    // A smaller step would follow each round's noise, downwards only.
    if (this.#value < 2 * needed) return;
    this.#value = needed;
    this.#trial = undefined;
  }

  #afterCut(): void {
    this.#isStarting = false;
    this.#trial = undefined;
    this.#isAfterCut = true;
    this.#queueingRounds = 0;
    this.#rest();
  }

  /** Places for the same throughput if nothing waited in a queue, by Little's law. */
  #withoutQueue({ answersPerSecond }: Pick<RoundResult, 'answersPerSecond'>): number {
    return Math.ceil(((answersPerSecond * this.#bestTotalMs.value) / 1_000) * HEADROOM);
  }

  #rest(): void {
    this.#restRounds = this.#nextRestRounds;
    this.#nextRestRounds = Math.min(LONGEST_REST_ROUNDS, this.#nextRestRounds * 2);
  }

  #grow(result: RoundResult): void {
    const { start } = this.#bounds;
    if (this.#trial !== undefined) this.#judge(this.#trial, result);
    else if (result.failedShare > 0) return;
    else if (this.#value < start) this.#value = Math.min(start, this.#value * 2);
    else if (this.#isStarting) this.#seeWhetherFlat(result);
    else if (this.#restRounds > 0) this.#restRounds -= 1;
    else this.#stepUp(result);
  }

  #seeWhetherFlat({ throughput, answersPerSecond, isOfNearPop }: RoundResult): void {
    const isFlat = throughput < this.#best.throughput * STARTING_GAIN;
    if (throughput > this.#best.throughput) this.#best = { throughput, answersPerSecond };
    this.#flatRounds = isFlat ? this.#flatRounds + 1 : 0;
    if (isOfNearPop && !isFlat) this.#value = Math.min(this.#bounds.maximum, this.#value * 2);
    if (this.#flatRounds < (isOfNearPop ? FLAT_ROUNDS_NEAR : FLAT_ROUNDS)) return;
    const withoutQueue = Math.min(this.#value, this.#withoutQueue(this.#best));
    this.#value = Math.max(this.#bounds.start, withoutQueue);
    this.#isStarting = false;
  }

  #stepUp({ throughput, endedAtMs }: RoundResult): void {
    const { value, untilMs } = this.#ceiling;
    const highest = Math.min(this.#bounds.maximum, endedAtMs < untilMs ? value : Infinity);
    if (this.#value >= highest) return;
    this.#trial = { from: this.#value, throughput, roundsToSettle: ROUNDS_TO_SETTLE };
    this.#value = Math.min(highest, this.#value + Math.ceil(this.#value / 4));
  }

  #judge(trial: Trial, result: RoundResult): void {
    if (trial.roundsToSettle > 0) {
      trial.roundsToSettle -= 1;
      return;
    }
    this.#trial = undefined;
    const hopedFor = this.#value / trial.from - 1;
    const gain = result.throughput / trial.throughput - 1;
    if (gain >= hopedFor * LEAST_SHARE_OF_GAIN && result.failedShare === 0) {
      this.#nextRestRounds = FIRST_REST_ROUNDS;
      this.#stepUp(result);
      return;
    }
    this.#value = trial.from;
    this.#rest();
  }
}
