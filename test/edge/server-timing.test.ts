import { expect, test } from 'vitest';
import { layerOf } from '../../edge/server-timing.ts';

const POP = 'FRA56-P16';

test('knows nothing without the header, and nothing from foreign metrics', () => {
  expect(layerOf(undefined, POP)).toEqual({ hasServerTiming: false, layer: undefined });
  expect(layerOf(['db;dur=53, app;desc="cdn-hit-layer;desc=EDGE"'], POP)).toEqual({
    hasServerTiming: false,
    layer: undefined,
  });
});

test.each([
  ['cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-rid;desc="a,b==",cdn-hit-layer;desc="EDGE"', 'EDGE'],
  [
    'cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-hit-layer;desc="REC",cdn-downstream-fbl;dur=3',
    'REC',
  ],
  ['cdn-cache-hit, cdn-pop; desc=FRA56-P16 , cdn-hit-layer ; desc = EDGE', 'EDGE'],
  ['CDN-Cache-Hit,CDN-Pop;DESC="fra56-p16",CDN-Hit-Layer;Desc="edge"', 'EDGE'],
  ['cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-hit-layer;desc="Origin Shield"', 'Origin Shield'],
  [
    'cdn-upstream-layer;desc="REC",cdn-upstream-dns;dur=0,cdn-cache-miss,cdn-pop;desc="FRA56-P16"',
    undefined,
  ],
  ['cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-rid;desc="x\\",cdn-hit-layer;desc=EDGE"', undefined],
])('reads %s', (line, layer) => {
  expect(layerOf([line], POP)).toEqual({ hasServerTiming: true, layer });
});

test('leaves out what another CloudFront says of its own POP', () => {
  const inner = 'cdn-cache-hit,cdn-pop;desc="BOM50-C1",cdn-hit-layer;desc="EDGE"';
  const outer = 'cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-hit-layer;desc="REC"';

  expect(layerOf([inner, outer], POP).layer).toBe('REC');
  expect(layerOf([`${inner}, ${outer}`], POP).layer).toBe('REC');
  expect(layerOf([`${outer}, ${inner}`], POP).layer).toBe('REC');
  expect(layerOf([inner], POP)).toEqual({ hasServerTiming: false, layer: undefined });
});

test('believes the deeper layer where two reports differ', () => {
  const lines = [
    'cdn-cache-hit,cdn-hit-layer;desc="EDGE"',
    'cdn-cache-hit,cdn-hit-layer;desc="REC"',
  ];

  expect(layerOf(lines, POP).layer).toBe('REC');
});
