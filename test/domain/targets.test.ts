import { expect, test } from 'vitest';
import { POPS } from '../../domain/data/pops.ts';
import { REGIONAL_EDGE_CACHES } from '../../domain/data/regional-edge-caches.ts';
import { COUNTRIES, COUNTRIES_OF_REGION, REGIONS } from '../../domain/data/targets-data.ts';
import { findPop, isPopId, popsOfCountry } from '../../domain/pop-catalogue.ts';
import { listTargets } from '../../domain/target-list.ts';
import { expandTargets } from '../../domain/targets.ts';
import type { TargetRequest } from '../../domain/targets.ts';

const expand = (overrides: Partial<TargetRequest>) =>
  expandTargets({
    targetType: 'pop',
    names: [],
    coverage: 'representative',
    dnsSuffix: 'cloudfront.net',
    ...overrides,
  });
const idsOf = (overrides: Partial<TargetRequest>) => expand(overrides).pops.map(({ id }) => id);

test('knows every POP, region and country of the contract', () => {
  const ids = [...Object.values(REGIONS), ...Object.values(COUNTRIES)].flatMap(({ pops }) => pops);

  expect(ids.filter((id) => findPop(id) === undefined)).toEqual([]);
  expect(POPS).toHaveLength(372);
  expect(POPS.filter(({ id }) => !isPopId(id))).toEqual([]);
  expect(POPS.filter(({ area }) => REGIONAL_EDGE_CACHES[area] === undefined)).toEqual([]);
  expect(Object.keys(COUNTRIES_OF_REGION)).toEqual(Object.keys(REGIONS));
  expect(
    Object.values(COUNTRIES_OF_REGION)
      .flat()
      .filter((iso) => popsOfCountry(iso).length === 0),
  ).toEqual([]);
});

test.each(['pop', 'country', 'region'] as const)(
  'takes the defaults for an empty list of %s',
  (targetType) => {
    const { pops, refusedPops, unknown } = expand({ targetType });

    expect(pops.length).toBeGreaterThanOrEqual(10);
    expect(pops.some(({ id }) => findPop(id)?.partition === 'aws-cn')).toBe(false);
    expect(refusedPops).toEqual([]);
    expect(unknown).toEqual([]);
  },
);

test('takes the same POPs for an empty list of pops as for all regions', () => {
  expect(idsOf({ targetType: 'pop' })).toEqual(idsOf({ targetType: 'region' }));
  expect(idsOf({ targetType: 'region' })).toContain('CPT52-C1');
});

test.each<[Partial<TargetRequest>, readonly string[]]>([
  [
    { names: ['ATL56-C1', 'sin2-c1', ' DFW55-C3 ', 'ATL56-C1'] },
    ['ATL56-C1', 'SIN2-C1', 'DFW55-C3'],
  ],
  [{ names: ['PRG50'] }, POPS.filter(({ id }) => id.startsWith('PRG50')).map(({ id }) => id)],
  [{ names: ['XYZ99'] }, ['XYZ99']],
  [{ names: ['XYZ99-P7'] }, ['XYZ99-P7']],
  [{ targetType: 'region', names: ['AU'] }, ['SYD1-C1', 'SYD62-P1']],
  [{ targetType: 'region', names: ['South Africa'] }, ['CPT52-C1', 'JNB50-C1']],
  [{ targetType: 'region', names: ['south-america'] }, ['GRU1-C2', 'GRU3-P1']],
  [{ targetType: 'country', names: ['South Korea'] }, ['ICN57-P1', 'ICN57-P2']],
  [{ targetType: 'country', names: ['kr'] }, ['ICN57-P1', 'ICN57-P2']],
  [{ targetType: 'country', names: ['INDIA', 'in'] }, ['BOM78-P1', 'BOM78-P4']],
  [{ targetType: 'country', names: ['Greece'] }, popsOfCountry('GR').map(({ id }) => id)],
  [{ targetType: 'country', names: ['uk'] }, popsOfCountry('GB').map(({ id }) => id)],
  [
    { targetType: 'country', names: ['thailand'], coverage: 'full' },
    popsOfCountry('TH').map(({ id }) => id),
  ],
  [
    { targetType: 'region', names: ['ca'], coverage: 'full' },
    popsOfCountry('CA').map(({ id }) => id),
  ],
])('finds the POPs of %j', (request, ids) => {
  expect(idsOf(request)).toEqual(ids);
  expect(ids.length).toBeGreaterThan(0);
});

test('takes all known POPs of a location given without suffix', () => {
  const ids = idsOf({ names: ['NRT57'] });

  expect(ids).toContain('NRT57-P3');
  expect(ids.length).toBeGreaterThan(1);
  expect(ids.every((id) => id.startsWith('NRT57-'))).toBe(true);
});

test('gives sa both meanings and says so', () => {
  const { pops, warnings } = expand({ targetType: 'region', names: ['SA'] });

  expect(pops.map(({ id }) => id)).toEqual(['GRU1-C2', 'GRU3-P1', 'CPT52-C1', 'JNB50-C1']);
  expect(warnings.join()).toContain('South America and South Africa');
});

test('says where a country is warmed through POPs abroad', () => {
  const { pops, warnings } = expand({ targetType: 'country', names: ['thailand', 'singapore'] });

  expect(pops.map(({ id }) => id)).toEqual(['SIN2-P1', 'SIN2-P2']);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('thailand is warmed through SIN2-P1, SIN2-P2 in Singapore');
});

test('refuses the POPs of China outside China, and the others there', () => {
  const outside = expand({ targetType: 'region', names: ['cn', 'au'] });
  const inside = expand({ targetType: 'region', names: ['cn', 'au'], dnsSuffix: 'cloudfront.cn' });

  expect(outside.pops.map(({ id }) => id)).toEqual(['SYD1-C1', 'SYD62-P1']);
  expect(outside.refusedPops.map(({ pop }) => pop)).toEqual([
    'PVG52-E1',
    'SZX51-E1',
    'BJS9-E1',
    'ZHY50-E1',
  ]);
  expect(outside.refusedPops[0]?.reason).toContain('EDGE_DNS_SUFFIX=cloudfront.cn');
  expect(inside.pops.map(({ id }) => id)).toEqual(['PVG52-E1', 'SZX51-E1', 'BJS9-E1', 'ZHY50-E1']);
  expect(inside.refusedPops).toHaveLength(2);
});

test.each(['pop', 'country', 'region'] as const)(
  'has cn in the defaults of %s in China',
  (targetType) => {
    const { pops, refusedPops } = expand({ targetType, dnsSuffix: 'cloudfront.cn' });

    expect(new Set(pops.map(({ id }) => id))).toEqual(
      new Set(['PVG52-E1', 'SZX51-E1', 'BJS9-E1', 'ZHY50-E1']),
    );
    expect(refusedPops).toEqual([]);
  },
);

test.each<[Partial<TargetRequest>, string]>([
  [{ names: ['NRT57P3'] }, 'NRT57-P3'],
  [{ targetType: 'country', names: ['jpan'] }, 'japan'],
  [{ targetType: 'country', names: ['new'] }, 'new_zealand'],
  [{ targetType: 'region', names: ['south_amreica'] }, 'south_america'],
])('tells the names nearest to %j', (request, name) => {
  const { unknown } = expand(request);

  expect(unknown[0]?.nearest).toContain(name);
});

test.each(['', 'NRT', '57-P3', 'NRT57-P3-X', 'NRT57/../x', 'x'.repeat(100_000)])(
  'does not take %j for a POP id',
  (name) => {
    expect(expand({ names: [name] }).unknown).toMatchObject([{ index: 0, value: name }]);
  },
);

test.each([
  ['NRT57-P3', 'ap-northeast-1'],
  ['NRT99-P1', 'ap-northeast-1'],
  ['XYZ1-P1', 'XYZ'],
])('puts %s behind the regional edge cache %s', (id, area) => {
  expect(expand({ names: [id] }).pops).toEqual([{ id, area }]);
});

test('lists what can be a target for each partition', () => {
  const net = listTargets('cloudfront.net');
  const cn = listTargets('cloudfront.cn');

  expect(net.pops).toHaveLength(368);
  expect(net.regions.map(({ name }) => name)).not.toContain('cn');
  expect(net.countries.find(({ name }) => name === 'thailand')).toMatchObject({
    iso: 'TH',
    representative: ['SIN2-P1', 'SIN2-P2'],
  });
  expect(net.pops.find(({ id }) => id === 'NRT57-P3')).toEqual({
    id: 'NRT57-P3',
    city: 'Tokyo',
    country: 'Japan',
    regionalEdgeCache: 'Tokyo (ap-northeast-1)',
  });
  expect(cn.regions.map(({ name }) => name)).toEqual(['cn']);
  expect(cn.pops).toHaveLength(4);
});
