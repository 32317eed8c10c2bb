import { expect, test } from 'vitest';
import type { Depth } from '../../domain/outcome.ts';
import {
  FIRST_STEP,
  NO_PROOF,
  reachDepth,
  type Sighting,
  type Step,
} from '../../edge/reach-depth.ts';

const MISS: Sighting = { ...NO_PROOF, knowsLayers: true };
const REC: Sighting = { ...MISS, isHit: true };
const EDGE: Sighting = { ...REC, isEdgeHit: true };
const LAMBDA: Sighting = { ...MISS, isLambdaGenerated: true };

function tell(depth: Depth, answers: Record<'fetch' | 'check', readonly Sighting[]>): string {
  const left = { fetch: [...answers.fetch], check: [...answers.check] };
  const asked: Step[] = [];
  const take = (step: Step): Sighting => {
    asked.push(step);
    const sighting = step === 'pause' ? NO_PROOF : left[step].shift();
    if (sighting === undefined) throw new Error(`no more answers to ${step}`);
    return sighting;
  };
  const story = reachDepth(depth, take(FIRST_STEP));
  if (typeof story === 'string') return `${asked.join(' ')}: ${story}`;
  let step = story.next(NO_PROOF);
  while (step.done !== true) step = story.next(take(step.value));
  return `${asked.join(' ')}: ${step.value}`;
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
])('reaches the edge: case %#', (fetches, checks, story) => {
  expect(tell('edge', { fetch: fetches, check: checks })).toBe(story);
});

function unlayered(sighting: Sighting): Sighting {
  return { ...sighting, knowsLayers: false };
}

test.each([
  [[MISS, REC], 'fetch fetch: filled'],
  [[REC, REC], 'fetch fetch: filled'],
  [[MISS, MISS, REC], 'fetch fetch pause fetch: filled'],
  [[MISS, MISS, MISS], 'fetch fetch pause fetch: not_cacheable'],
])('never says warm without layers: case %#', (fetches, story) => {
  expect(tell('edge', { fetch: fetches.map(unlayered), check: [] })).toBe(story);
});

test.each([
  [[MISS], [REC], 'fetch check: regional'],
  [[MISS], [EDGE], 'fetch check: warm'],
  [[REC], [], 'fetch: regional'],
  [[EDGE], [], 'fetch: warm'],
  [[MISS, REC], [MISS], 'fetch check fetch: regional'],
  [[MISS, MISS, REC], [MISS], 'fetch check fetch pause fetch: regional'],
  [[MISS, MISS, MISS], [MISS], 'fetch check fetch pause fetch: not_cacheable'],
])('reaches the regional edge cache: case %#', (fetches, checks, story) => {
  expect(tell('regional', { fetch: fetches, check: checks })).toBe(story);
});
