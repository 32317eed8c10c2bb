/** A header line that the caller wants on each fetch, checked at the door. */
export type HeaderLine = { readonly name: string; readonly value: string };
