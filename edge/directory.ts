/** From a POP to the addresses where its hosts listen. */

import type { PopAddresses } from '../domain/directory-file.ts';

export type { PopAddresses } from '../domain/directory-file.ts';

/** What a directory says of a POP: its addresses, or why there is no such POP. */
export type PopResolution =
  | { readonly isFound: true; readonly addresses: PopAddresses }
  | { readonly isFound: false; readonly reason: string };

/** Thrown when a directory could not be asked, which says nothing about the POP. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError' as const;
}

/** Where addresses of POPs come from. Safe for any number of questions at once. */
export interface EdgeDirectory {
  /**
   * Reads what the directory stands on, where that may be wrong from the start: before any work.
   *
   * @throws DirectoryError that tells the operator what is wrong, and where.
   */
  check?(): Promise<void>;
  /**
   * The addresses of a POP, in an order that stays the same for this process while they do. At once
   * where they are known: it is asked at every fetch task.
   *
   * @param pop POP id, in any case.
   * @param domainName the distribution's domain name: its first label stands in POP names.
   * @throws DirectoryError when no answer was to be had.
   */
  resolve(pop: string, domainName: string): PopResolution | Promise<PopResolution>;
}
