/** Entry of the workflow bundle: names the workflow types, nothing else. */

export { fleet } from './fleet.ts';
export { prewarm } from './prewarm.ts';
