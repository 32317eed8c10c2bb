import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorkerLaunch } from '../../../local/aws/launch-worker.ts';
import { TEST_GROUP, startTestAws, type TestAws } from '../../support/local-aws.ts';

const PATIENT = { timeout: 15_000 };
/** A worker that reads who it is from its metadata, says so, and waits. */
const WORKER = `
  const base = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT + '/latest/';
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (await fetch(base + 'api/token', { method: 'PUT', headers: ttl })).text();
  const headers = { 'x-aws-ec2-metadata-token': token };
  const id = await (await fetch(base + 'meta-data/instance-id', { headers })).text();
  console.log('I am ' + id + ' at ' + process.env.AWS_ENDPOINT_URL_AUTO_SCALING);
  process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
  setInterval(() => undefined, 1_000);
`;

let folder: string;
let aws: TestAws;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-aws-'));
  aws = await startTestAws({
    hookTimeoutMs: 50,
    launch: createWorkerLaunch({
      command: process.execPath,
      args: ['--input-type=module', '--eval', WORKER],
      environment: { PATH: process.env['PATH'] },
      logFolder: folder,
    }),
  });
});
afterEach(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

const setDesired = (desired: number) =>
  aws.autoScaling.send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName: TEST_GROUP, DesiredCapacity: desired }),
  );
const logOf = (number: number) => readFile(join(folder, `fetch-worker-${number}.log`), 'utf8');

test('runs a process an instance, which finds its metadata and ends with its instance', async () => {
  await setDesired(1);
  await expect.poll(() => logOf(1), PATIENT).toContain('I am');
  const [instance] = aws.group.instances();

  await setDesired(0);
  await expect.poll(() => aws.group.instances(), PATIENT).toEqual([]);

  expect(await logOf(1)).toBe(`I am ${instance?.id} at ${aws.url}\nbye\n`);
  expect(instance?.process?.hasEnded()).toBe(true);
});

test('replaces an instance whose process was killed', async () => {
  await setDesired(1);
  await expect.poll(() => logOf(1), PATIENT).toContain('I am');
  const [first] = aws.group.instances();

  await fetch(`${aws.url}/inspect/instances`, {
    method: 'POST',
    body: JSON.stringify({ id: first?.id, command: 'kill' }),
  });

  await expect.poll(() => aws.group.instances()[0]?.id, PATIENT).not.toBe(first?.id);
  await expect.poll(() => aws.group.instances()[0]?.state, PATIENT).toBe('InService');
});

test('ends every process when it closes', async () => {
  await setDesired(2);
  await expect.poll(() => logOf(2), PATIENT).toContain('I am');
  const processes = aws.group.instances().map((instance) => instance.process);

  await aws.group.close();

  expect(processes.map((child) => child?.hasEnded())).toEqual([true, true]);
});
