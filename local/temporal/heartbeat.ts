/** Says one line at once. */
export type Report = (line: string) => void;

const INTERVAL_MS = 15_000;

/**
 * Runs `work`, saying every 15 s that it goes on and for how long already.
 *
 * @param what a noun phrase, as in "building the Temporal server".
 */
export async function withHeartbeat<Result>(
  what: string,
  report: Report,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAtMs = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
    report(`… still ${what} (${Math.floor(seconds / 60)} min ${seconds % 60} s)`);
  }, INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
