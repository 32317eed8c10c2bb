import { expect, test } from 'vitest';
import { excludesPop } from '../../domain/price-class.ts';

const POPS = [
  { id: 'FRA56-P4', area: 'eu-central-1' },
  { id: 'TLV50-C1', area: 'eu-central-1' },
  { id: 'IAD89-P1', area: 'us-east-1' },
  { id: 'NRT57-P3', area: 'ap-northeast-1' },
  { id: 'BOM50-C1', area: 'ap-south-1' },
  { id: 'SYD1-C1', area: 'ap-southeast-2' },
  { id: 'GRU1-C2', area: 'sa-east-1' },
  { id: 'BOG50-C1', area: 'us-east-1' },
  { id: 'CPT52-C1', area: 'sa-east-1' },
];

test.each([
  ['PriceClass_All', []],
  ['PriceClass_New', []],
  ['PriceClass_200', ['SYD1-C1', 'GRU1-C2', 'BOG50-C1']],
  ['PriceClass_100', ['NRT57-P3', 'BOM50-C1', 'SYD1-C1', 'GRU1-C2', 'BOG50-C1', 'CPT52-C1']],
])('knows which POPs %s leaves out', (priceClass, excluded) => {
  expect(POPS.filter((pop) => excludesPop(priceClass, pop)).map(({ id }) => id)).toEqual(excluded);
});
