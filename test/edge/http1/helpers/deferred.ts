/** A promise that a test resolves by hand, any number of times. */
export type Deferred = { readonly promise: Promise<void>; readonly resolve: () => void };

/** Makes a {@link Deferred}. */
export function deferred(): Deferred {
  let resolve: (() => void) | undefined;
  const promise = new Promise<void>((whenResolved) => {
    resolve = whenResolved;
  });
  return { promise, resolve: () => resolve?.() };
}
