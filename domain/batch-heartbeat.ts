import type { BatchHeartbeat } from './batch.ts';

/**
 * Whether a value read back from Temporal is a batch's heartbeat.
 *
 * A plain check instead of a schema: workflow code reads heartbeats of dead workers, and schemas
 * have no place there.
 */
export function isBatchHeartbeat(value: unknown): value is BatchHeartbeat {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'letters' in value &&
    typeof value.letters === 'string' &&
    (!('sizes' in value) || isSizeList(value.sizes)) &&
    'warmedBytes' in value &&
    Number.isFinite(value.warmedBytes) &&
    'bytesFetched' in value &&
    Number.isFinite(value.bytesFetched) &&
    'fetches' in value &&
    Number.isFinite(value.fetches)
  );
}

function isSizeList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite))
  );
}
