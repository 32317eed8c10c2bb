import { POPS } from '../../domain/data/pops.ts';

import type { PopSettings } from './network.ts';

/** Every POP of the catalogue's `aws` partition; those of other partitions do not resolve. */
export const CATALOGUE_POPS: readonly PopSettings[] = POPS.filter(
  ({ partition }) => partition === 'aws',
).map(({ id, area }) => ({ id, regionalEdgeCache: area }));
