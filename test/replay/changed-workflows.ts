/** The product's workflows after a change that breaks requests from before: one more timer first. */

import { sleep } from '@temporalio/workflow';
import * as product from '../../workflows/index.ts';

/** Breaks every recorded prewarm request. */
export async function prewarm(
  ...args: Parameters<typeof product.prewarm>
): ReturnType<typeof product.prewarm> {
  await sleep('1 hour');
  return product.prewarm(...args);
}

/** Breaks every recorded fleet. */
export async function fleet(
  ...args: Parameters<typeof product.fleet>
): ReturnType<typeof product.fleet> {
  await sleep('1 hour');
  return product.fleet(...args);
}
