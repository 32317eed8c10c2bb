import { CancelledFailure } from '@temporalio/common';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInvalidateActivity } from '../../activities/invalidate.ts';
import type { InvalidateLotInput } from '../../activities/index.ts';
import { createActivityEnvironment } from '../support/activity-environment.ts';
import { startTestAws, type TestAws } from '../support/local-aws.ts';

/** As `unknown`: vitest's matchers are `any`. */
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const containing = (text: string): unknown => expect.stringContaining(text);

let aws: TestAws;
let finishClearing: (() => void) | undefined;
beforeEach(async () => {
  finishClearing = undefined;
  aws = await startTestAws({
    clearCaches: (_, [path]) =>
      path === '/slow' ? new Promise((resolve) => (finishClearing = resolve)) : Promise.resolve(),
  });
});
afterEach(() => aws.close());

function start(input: Partial<InvalidateLotInput> = {}, timeoutMs = 60_000) {
  const activity = createInvalidateActivity({
    cloudFront: aws.cloudFront,
    pollMs: 10,
    quotaWaitMs: 10,
    timeoutMs,
  });
  const environment = createActivityEnvironment({ scheduledTimestampMs: Date.now() });
  const done = environment.run(activity, {
    requestId: 'request',
    distributionId: 'E1TEST',
    lot: 0,
    paths: ['/a', '/b?x=1'],
    ...input,
  });
  return { environment, done };
}

const created = () => aws.log.list().filter(({ event }) => event === 'CreateInvalidation');
const looks = () => aws.log.list().filter(({ event }) => event === 'GetInvalidation').length;

test('waits for Completed', async () => {
  const { done } = start({ paths: ['/slow'] });

  await expect.poll(looks).toBeGreaterThan(2);
  finishClearing?.();
  await done;

  expect(aws.invalidations.list()).toMatchObject([
    { callerReference: 'request/E1TEST/0', paths: ['/slow'], status: 'Completed' },
  ]);
});

test('invalidates once when the answer was lost and the activity is tried again', async () => {
  aws.faults.add({ action: 'CreateInvalidation', cutsAnswer: true, times: 1 });

  await expect(start().done).rejects.toMatchObject({ type: 'AwsUnavailable', nonRetryable: false });
  await start().done;

  expect(created()).toHaveLength(2);
  expect(aws.invalidations.list()).toHaveLength(1);
});

test('waits while the quota of the distribution is full', async () => {
  aws.faults.add({
    action: 'CreateInvalidation',
    code: 'TooManyInvalidationsInProgress',
    times: 3,
  });

  await start().done;

  expect(created().map(({ error }) => error)).toEqual([
    'TooManyInvalidationsInProgress',
    'TooManyInvalidationsInProgress',
    'TooManyInvalidationsInProgress',
    undefined,
  ]);
});

test('gives up after its own time, and says what state it left', async () => {
  const { done } = start({ paths: ['/slow'] }, 50);

  await expect(done).rejects.toMatchObject({
    type: 'InvalidationTimedOut',
    nonRetryable: true,
    message: matching(/lot 0 of distribution E1TEST: "I\d+" is still InProgress/),
  });
});

test.each([
  ['AccessDenied', { distributionId: 'E1TEST' }, { code: 'AccessDenied', status: 403 }],
  ['NoSuchDistribution', { distributionId: 'E0' }, undefined],
  ['InvalidArgument', { paths: ['/a*b'] }, undefined],
  ['BatchTooLarge', { paths: Array.from({ length: 3_001 }, (_, index) => `/${index}`) }, undefined],
])('fails for good on %s, in the words of AWS', async (code, input, fault) => {
  if (fault !== undefined) aws.faults.add({ action: 'CreateInvalidation', ...fault });

  const { done } = start(input);

  await expect(done).rejects.toMatchObject({
    type: 'InvalidationRefused',
    nonRetryable: true,
    message: containing(code),
  });
});

test('stops waiting when it is cancelled', async () => {
  const { environment, done } = start({ paths: ['/slow'] });
  await expect.poll(looks).toBeGreaterThan(0);

  environment.cancel('CANCELLED');

  await expect(done).rejects.toSatisfy(
    (error: unknown) =>
      error instanceof CancelledFailure || (error instanceof Error && error.name === 'AbortError'),
  );
});
