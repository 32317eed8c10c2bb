import type { ClockWatcher } from './coarse-clock.ts';

/** Least that a reader gets at its turn: a TLS record, below which a read can't be split. */
const MINIMUM_TURN_BYTES = 16_384;

/** How much unused rate is kept for later. */
const BURST_MS = 250;

/** A reader of bodies that can be held back. */
export interface ByteRateMember {
  /** Its turn has come: it may read on. */
  onTurn(): void;
  /** Bytes it may still read in its turn while others wait. Kept by the limit, not by the member. */
  turnBytes: number;
}

/** Body bytes a second of all readers together. */
export interface ByteRateLimit {
  /** Charges bytes that were read. False when the reader must stop until its `onTurn`. */
  take(member: ByteRateMember, bytes: number): boolean;
  /** The reader is gone, or its answer complete: it waits no longer. */
  leave(member: ByteRateMember): void;
}

/**
 * A token bucket over all readers of a process. While it is empty readers wait in a ring, and each
 * tick's bytes are shared out equally, so a fast POP can't starve a slow one.
 *
 * What was read is charged even when it overdraws the bucket; the debt is paid before the next turn.
 */
export class TokenBucket implements ByteRateLimit, ClockWatcher {
  readonly #bytesPerSecond: number;
  readonly #waiting = new Set<ByteRateMember>();
  #balanceBytes: number;
  #refilledAtMs: number | undefined;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#balanceBytes = this.#burstBytes;
  }

  take(member: ByteRateMember, bytes: number): boolean {
    this.#balanceBytes -= bytes;
    member.turnBytes -= bytes;
    const mayGoOn = this.#balanceBytes > 0 && (this.#waiting.size === 0 || member.turnBytes > 0);
    if (!mayGoOn) this.#waiting.add(member);
    return mayGoOn;
  }

  leave(member: ByteRateMember): void {
    this.#waiting.delete(member);
    member.turnBytes = 0;
  }

  onTick(nowMs: number): void {
    const elapsedMs = nowMs - (this.#refilledAtMs ?? nowMs);
    this.#refilledAtMs = nowMs;
    const refilled = this.#balanceBytes + (elapsedMs * this.#bytesPerSecond) / 1_000;
    this.#balanceBytes = Math.min(this.#burstBytes, refilled);
    this.#giveTurns();
  }

  #giveTurns(): void {
    const members = [...this.#waiting];
    const share = Math.max(MINIMUM_TURN_BYTES, Math.floor(this.#balanceBytes / members.length));
    let givenBytes = 0;
    for (const member of members) {
      if (givenBytes >= this.#balanceBytes) return;
      givenBytes += share;
      this.#waiting.delete(member);
      member.turnBytes = share;
      member.onTurn();
    }
  }

  get #burstBytes(): number {
    return Math.max(MINIMUM_TURN_BYTES, (this.#bytesPerSecond * BURST_MS) / 1_000);
  }
}
