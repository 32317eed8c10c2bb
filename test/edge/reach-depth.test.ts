import { expect, test } from 'vitest';
import type { Depth } from '../../domain/outcome.ts';
import { reachDepth, type Sighting } from '../../edge/reach-depth.ts';

const MISS: Sighting = { isHit: false, isEdgeHit: false, isLambdaGenerated: false };
const REC: Sighting = { ...MISS, isHit: true };
const EDGE: Sighting = { ...REC, isEdgeHit: true };
const LAMBDA: Sighting = { ...MISS, isLambdaGenerated: true };

async function tell(depth: Depth, answers: Record<'fetch' | 'check', Sighting[]>, layers = true) {
  const asked: string[] = [];
  const next = (kind: 'fetch' | 'check') => async (): Promise<Sighting> => {
    asked.push(kind);
    const answer = answers[kind].shift();
    if (answer === undefined) throw new Error(`no more answers to ${kind}`);
    return answer;
  };
  const outcome = await reachDepth(depth, {
    fetch: next('fetch'),
    check: next('check'),
    knowsLayers: () => layers,
    pause: async () => void asked.push('pause'),
  });
  return `${asked.join(' ')}: ${outcome}`;
}

test.each([
  [[EDGE], [], 'fetch: warm'],
  [[REC, EDGE], [], 'fetch fetch: warm'],
  [[MISS, REC], [EDGE], 'fetch fetch check: warm'],
  [[MISS, REC, EDGE], [REC], 'fetch fetch check fetch: warm'],
  [[MISS, REC, REC], [REC, EDGE], 'fetch fetch check fetch check: warm'],
  [[MISS, REC, REC], [REC, REC], 'fetch fetch check fetch check: regional'],
  [[MISS, REC, MISS], [MISS, MISS], 'fetch fetch check fetch check: not_cacheable'],
  [[MISS, MISS, MISS], [], 'fetch fetch pause fetch: not_cacheable'],
  [[MISS, MISS, EDGE], [], 'fetch fetch pause fetch: warm'],
  [[MISS, MISS, REC], [EDGE], 'fetch fetch pause fetch check: warm'],
  [[LAMBDA, LAMBDA], [], 'fetch fetch: edge_generated'],
  [[LAMBDA, REC], [EDGE], 'fetch fetch check: warm'],
])('reaches the edge: case %#', async (fetches, checks, story) => {
  expect(await tell('edge', { fetch: [...fetches], check: [...checks] })).toBe(story);
});

test.each([
  [[MISS, REC], 'fetch fetch: filled'],
  [[REC, REC], 'fetch fetch: filled'],
  [[MISS, MISS, REC], 'fetch fetch pause fetch: filled'],
  [[MISS, MISS, MISS], 'fetch fetch pause fetch: not_cacheable'],
])('never says warm without layers: case %#', async (fetches, story) => {
  expect(await tell('edge', { fetch: [...fetches], check: [] }, false)).toBe(story);
});

test.each([
  [[MISS], [REC], 'fetch check: regional'],
  [[MISS], [EDGE], 'fetch check: warm'],
  [[REC], [], 'fetch: regional'],
  [[EDGE], [], 'fetch: warm'],
  [[MISS, REC], [MISS], 'fetch check fetch: regional'],
  [[MISS, MISS, REC], [MISS], 'fetch check fetch pause fetch: regional'],
  [[MISS, MISS, MISS], [MISS], 'fetch check fetch pause fetch: not_cacheable'],
])('reaches the regional edge cache: case %#', async (fetches, checks, story) => {
  expect(await tell('regional', { fetch: [...fetches], check: [...checks] })).toBe(story);
});
