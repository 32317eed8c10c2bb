import { expect } from 'vitest';

/** Matches text that holds another. */
export const containing = (text: string): unknown => expect.stringContaining(text);

/** Matches text of a pattern. */
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** Matches any list. */
export const anyList: unknown = expect.any(Array);

/** A time as the API contract writes it. */
export const aTimestamp = matching(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{6}$/);

/** A request id. */
export const aRequestId = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
