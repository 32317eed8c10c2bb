/**
 * A time as the API contract writes it: `YYYY-MM-DD HH:MM:SS.ffffff`, UTC.
 *
 * @param atMs milliseconds since 1970; a fraction becomes microseconds.
 */
export function formatTimestamp(atMs: number): string {
  const wholeMs = Math.floor(atMs);
  const microseconds = Math.floor((atMs - wholeMs) * 1_000);
  const [date = '', time = ''] = new Date(wholeMs).toISOString().split('T');
  return `${date} ${time.replace('Z', '')}${String(microseconds).padStart(3, '0')}`;
}
