import { createInterface } from 'node:readline';
import type { ClientResult } from './engine-messages.ts';

/** What a client process prints once it has warmed up. */
export const READY = 'ready';

/** A client process's side of a {@link LiveClient}: a measure for each line that comes in. */
export async function serveMeasures(measure: () => Promise<ClientResult>): Promise<void> {
  console.log(READY);
  for await (const _line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await measure()));
  }
}
