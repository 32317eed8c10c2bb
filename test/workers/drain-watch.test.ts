import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDrainWatch, type DrainWatch } from '../../workers/drain-watch.ts';
import { TEST_GROUP, startTestAws, type TestAws } from '../support/local-aws.ts';

let aws: TestAws;
let watch: DrainWatch;
let instanceId: string;

beforeEach(async () => {
  aws = await startTestAws({ hookTimeoutMs: 60_000 });
  vi.stubEnv('AWS_ENDPOINT_URL_AUTO_SCALING', aws.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDTEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  await setDesired(1);
  await vi.waitUntil(() => aws.group.instances()[0]?.state === 'InService');
  instanceId = aws.group.instances()[0]?.id ?? '';
});
afterEach(async () => {
  await watch.finish();
  vi.unstubAllEnvs();
  await aws.close();
});

const setDesired = (desired: number) =>
  aws.autoScaling.send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName: TEST_GROUP, DesiredCapacity: desired }),
  );

function start(workersPerInstance = 1): DrainWatch {
  return startDrainWatch({
    groupName: TEST_GROUP,
    metadataEndpoint: `${aws.url}/imds/${instanceId}`,
    workersPerInstance,
    intervalMs: 10,
    drainLimitMs: 100,
    logger: pino({ level: 'silent' }),
  });
}

const completed = () => aws.log.list().filter(({ event }) => event === 'CompleteLifecycleAction');

test('drains when the group takes the instance, and completes the lifecycle action at the end', async () => {
  watch = start();

  await setDesired(0);
  await expect.poll(() => watch.signal.aborted).toBe(true);
  expect(completed()).toEqual([]);
  await watch.finish();

  expect(completed()).toMatchObject([{ detail: { group: TEST_GROUP, id: instanceId } }]);
  await expect.poll(() => aws.group.instances()).toEqual([]);
});

test('drains on a Spot notice, which no lifecycle action holds', async () => {
  watch = start();

  await fetch(`${aws.url}/inspect/instances`, {
    method: 'POST',
    body: JSON.stringify({ id: instanceId, command: 'interrupt' }),
  });
  await expect.poll(() => watch.signal.aborted).toBe(true);
  await watch.finish();

  expect(completed()).toEqual([]);
});

test('gives the other workers of the instance time before it completes the action', async () => {
  watch = start(2);
  await setDesired(0);
  await expect.poll(() => watch.signal.aborted).toBe(true);
  const noticedAtMs = Date.now();

  await watch.finish();

  expect(completed()[0]?.atMs).toBeGreaterThanOrEqual(noticedAtMs + 50);
});

test('does nothing while the instance stays', async () => {
  watch = start();

  await watch.finish();

  expect(watch.signal.aborted).toBe(false);
  expect(completed()).toEqual([]);
});

test('ends quietly where the action can not be completed', async () => {
  watch = start();
  aws.faults.add({ action: 'CompleteLifecycleAction', code: 'AccessDenied', status: 403 });
  await setDesired(0);
  await expect.poll(() => watch.signal.aborted).toBe(true);

  await expect(watch.finish()).resolves.toBeUndefined();
});
