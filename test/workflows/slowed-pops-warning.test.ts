import { expect, test } from 'vitest';
import { slowedPopsWarning } from '../../workflows/prewarm/slowed-pops-warning.ts';

const ASKED = 'asked to be asked less (LimitExceeded or CapacityExceeded)';

test.each([
  [[], undefined],
  [['NRT57-P3'], `1 POP ${ASKED}, NRT57-P3: its tasks are tried again until the deadline`],
  [
    ['NRT57-P3', 'FRA56-P4', 'FRA60-P1'],
    `3 POPs ${ASKED}, e.g. NRT57-P3: their tasks are tried again until the deadline`,
  ],
])('tells of %j in one sentence', (pops, warning) => {
  expect(slowedPopsWarning(new Set(pops))).toBe(warning);
});
