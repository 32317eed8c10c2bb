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

const USUAL_LINES = [
  'cdn-cache-hit,cdn-pop;desc="FRA56-P16"',
  'cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-rid;desc="a-_b==",cdn-hit-layer;desc="EDGE"',
  'cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-hit-layer;desc="REC",cdn-downstream-fbl;dur=3',
  'cdn-cache-refresh,cdn-pop;desc="FRA56-P16",cdn-hit-layer;desc="Origin Shield"',
  'cdn-cache-hit,cdn-pop;desc="FRA56-P1",cdn-hit-layer;desc="EDGE"',
  'cdn-upstream-layer;desc="Origin Shield",cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=114,' +
    'cdn-upstream-fbl;dur=177,cdn-cache-miss,cdn-pop;desc="FRA56-P16",cdn-rid;desc="a==",' +
    'cdn-downstream-fbl;dur=436',
];

test.each(USUAL_LINES)('reads %s alike, written with blanks or in other letters', (line) => {
  const usual = layerOf([line], POP);

  expect(layerOf([line.replaceAll(',', ' , ')], POP)).toEqual(usual);
  expect(layerOf([line.toUpperCase()], POP)).toEqual(usual);
  expect(layerOf([line, 'db;dur=53'], POP)).toEqual(usual);
});

test.each([
  ['a comma', '"a,cdn-hit-layer;desc=EDGE,b"'],
  ['a semicolon', '"a;desc=EDGE;b"'],
  ['an escaped quote and a comma', String.raw`"a\",cdn-hit-layer;desc=EDGE,\"b"`],
  ['an escaped backslash at its end', String.raw`"a,b\\"`],
])('takes %s in a quoted description as part of it', (_what, quoted) => {
  const line = `cdn-cache-hit,cdn-pop;desc="FRA56-P16",cdn-rid;desc=${quoted},cdn-hit-layer;desc="REC"`;

  expect(layerOf([line], POP)).toEqual({ hasServerTiming: true, layer: 'REC' });
});

test.each([
  ['a separator', '"FRA56-P16,EDGE"', false],
  ['an escape', String.raw`"FRA56\-P16"`, true],
])('reads a POP with %s in its quotes as it is meant', (_what, quoted, hasServerTiming) => {
  const line = `cdn-cache-hit,cdn-pop;desc=${quoted},cdn-hit-layer;desc="EDGE"`;

  expect(layerOf([line], POP)).toMatchObject({ hasServerTiming });
});

test('leaves out a line that names no POP where another line names one', () => {
  const named = 'cdn-cache-hit,cdn-pop;desc="FRA56-P16"';
  const layer = 'cdn-hit-layer;desc="EDGE"';

  expect(layerOf([`${named},${layer}`, 'app;dur=3'], POP).layer).toBe('EDGE');
  expect(layerOf(['app;dur=3', `${named},${layer}`], POP).layer).toBe('EDGE');
  expect(layerOf([named, layer], POP)).toEqual({ hasServerTiming: true, layer: undefined });
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
