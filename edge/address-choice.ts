import type { EdgeAddress } from './engine.ts';

/** An address that failed is the last choice for this long. */
const AVOID_MS = 30_000;
const MAXIMUM_REMEMBERED = 4_096;

/**
 * Picks one of a POP's addresses: always the same while it works, since all hosts of a POP share
 * its cache and a new connection costs more than a small fetch.
 */
export class AddressChoice {
  readonly #now: () => number;
  readonly #avoidUntilMs = new Map<string, number>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The first address that has not failed lately; else the first; undefined when there is none. */
  pick(addresses: readonly EdgeAddress[], except?: EdgeAddress): EdgeAddress | undefined {
    if (except === undefined && this.#avoidUntilMs.size === 0) return addresses[0];
    const others = addresses.filter(
      (address) => except === undefined || keyOf(address) !== keyOf(except),
    );
    return others.find((address) => !this.#isAvoided(address)) ?? others[0];
  }

  /** Remembers that an address took no connection. */
  avoid(address: EdgeAddress): void {
    const key = keyOf(address);
    this.#avoidUntilMs.delete(key);
    this.#avoidUntilMs.set(key, this.#now() + AVOID_MS);
    if (this.#avoidUntilMs.size <= MAXIMUM_REMEMBERED) return;
    const [oldest] = this.#avoidUntilMs.keys();
    if (oldest !== undefined) this.#avoidUntilMs.delete(oldest);
  }

  #isAvoided(address: EdgeAddress): boolean {
    return (this.#avoidUntilMs.get(keyOf(address)) ?? 0) > this.#now();
  }
}

function keyOf({ host, port }: EdgeAddress): string {
  return `${host} ${port}`;
}
