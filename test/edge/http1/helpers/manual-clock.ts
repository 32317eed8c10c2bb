import type { ClockWatcher, CoarseClock } from '../../../../edge/http1/coarse-clock.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements CoarseClock {
  preciseMs = 1_000;
  readonly watchers = new Set<ClockWatcher>();

  get coarseMs(): number {
    return this.preciseMs;
  }

  watch(watcher: ClockWatcher): void {
    this.watchers.add(watcher);
  }

  unwatch(watcher: ClockWatcher): void {
    this.watchers.delete(watcher);
  }

  /** Moves on by `ms` and ticks once. */
  advance(ms: number): void {
    this.preciseMs += ms;
    for (const watcher of this.watchers) watcher.onTick(this.preciseMs);
  }
}
