import { expect, test } from 'vitest';
import type { FleetChange, FleetStatus } from '../../domain/fleet.ts';
import type { RequestDescription } from '../../api/temporal/temporal-gateway.ts';
import { createTestApi, stubFleet, stubGateway } from './stub/create-test-api.ts';
import { aTimestamp, containing } from './stub/matchers.ts';

const REQUEST_ID = '684153cc-efab-4a53-9409-357fddc2e2bd';
const NOW_MS = Date.UTC(2024, 3, 16, 3, 54, 40, 366);

const status = (overrides: Partial<FleetStatus> = {}): FleetStatus => ({
  groupName: 'prewarm_asg_prod',
  desired: 1,
  leases: [],
  observedAtMs: NOW_MS,
  ...overrides,
});

const description = (overrides: Partial<RequestDescription> = {}): RequestDescription => ({
  state: 'RUNNING',
  startedAtMs: NOW_MS,
  closedAtMs: undefined,
  hasBegun: true,
  memo: {},
  pendingFetches: [],
  ...overrides,
});

/** The api over a fleet and a request; `log` has what was asked of them, in order. */
function createFleetApi(
  fleetStatus: FleetStatus = status(),
  request: RequestDescription = description(),
) {
  const log: unknown[] = [];
  const gateway = stubGateway({
    check: async () => {},
    describe: async () => request,
    stop: async (requestId, reason) => void log.push(['stop', requestId, reason]),
    setInstanceCount: async (requestId, count) => void log.push(['share', requestId, count]),
  });
  const fleet = stubFleet({
    status: async () => fleetStatus,
    change: async (change: FleetChange) => {
      log.push(['change', change]);
      return { isApplied: true, status: fleetStatus };
    },
  });
  return { ...createTestApi({ gateway, fleet, now: () => NOW_MS }), log };
}

test('answers the examples of the contract field by field', async () => {
  const { app, postJson, log } = createFleetApi();
  const example = `{
    "req_id": "${REQUEST_ID}",
    "DesiredCapacity": 1
    // "force_stop": false
}`;

  const changed = await postJson('/instances', example);
  const asked = await app.request('/instances');

  expect(await changed.json()).toEqual({
    status: 'success',
    timestamp: '2024-04-16 03:54:40.366000',
    message: 'Auto Scaling Group prewarm_asg_prod updated to Desired Capacity: 1',
  });
  expect(await asked.json()).toMatchObject({
    status: 'success',
    timestamp: '2024-04-16 03:54:40.366000',
    message: 'query success',
    desiredcapacity: 1,
  });
  expect(log).toEqual([
    ['share', REQUEST_ID, 1],
    ['change', { requestId: REQUEST_ID, instances: 1 }],
  ]);
});

test('takes req_id from the query string and leaves it out for the whole group', async () => {
  const { postJson, log } = createFleetApi();

  await postJson(`/instances?req_id=${REQUEST_ID}`, { DesiredCapacity: 2 });
  await postJson('/instances', { DesiredCapacity: 3 });

  expect(log).toContainEqual(['change', { requestId: REQUEST_ID, instances: 2 }]);
  expect(log.at(-1)).toEqual(['change', { instances: 3 }]);
});

test('ignores fields that are none of its own with a warning', async () => {
  const { postJson, log } = createFleetApi();

  const answer = await postJson('/instances', { DesiredCapacity: 3, comment: 'launch' });

  expect(await answer.json()).toEqual({
    status: 'success',
    timestamp: aTimestamp,
    message: containing('Desired Capacity: 1'),
    warnings: ['"comment" is no field of a change of instances and was ignored'],
  });
  expect(log).toEqual([['change', { instances: 3 }]]);
});

test('refuses a body of more fields than it would compare', async () => {
  const { postJson } = createFleetApi();
  const fields = Array.from({ length: 101 }, (_, index) => [`x${index}`, index]);

  const answer = await postJson('/instances', {
    DesiredCapacity: 3,
    ...Object.fromEntries(fields),
  });

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ message: containing('at most 100 fields') });
});

test('stops the request that force_stop names', async () => {
  const { postJson, log } = createFleetApi();

  const answer = await postJson('/instances', { req_id: REQUEST_ID, force_stop: true });

  expect(answer.status).toBe(200);
  expect(log).toEqual([['stop', REQUEST_ID, containing('force_stop')]]);
});

test('refuses to change a request that has ended with 409', async () => {
  const { postJson, log } = createFleetApi(status(), description({ state: 'COMPLETED' }));

  const answer = await postJson('/instances', { req_id: REQUEST_ID, DesiredCapacity: 1 });

  expect(answer.status).toBe(409);
  expect(log).toEqual([]);
});

test("answers with AWS's own words when AWS refuses", async () => {
  const { postJson } = createFleetApi(status({ awsError: 'AccessDenied: not authorized' }));

  const answer = await postJson('/instances', { DesiredCapacity: 1 });

  expect(answer.status).toBe(502);
  expect(await answer.json()).toEqual({
    status: 'failed',
    timestamp: aTimestamp,
    message: containing('AccessDenied: not authorized'),
  });
});

test.each([
  [{ DesiredCapacity: 301 }, 400, 'from 0 to 300'],
  [{ DesiredCapacity: -1 }, 400, 'not -1'],
  [{ DesiredCapacity: 1.5 }, 400, 'not 1.5'],
  [{ DesiredCapacity: '1' }, 400, 'DesiredCapacity'],
  [{ desired_capacity: 1 }, 400, 'desired_capacity: is no field: did you mean DesiredCapacity?'],
  [{ DesiredCapcity: 1 }, 400, 'did you mean DesiredCapacity?'],
  [{ reqid: REQUEST_ID, DesiredCapacity: 1 }, 400, 'reqid: is no field: did you mean req_id?'],
  [{ request_id: REQUEST_ID, DesiredCapacity: 1 }, 400, 'did you mean req_id?'],
  [{ req_id: REQUEST_ID, forcestop: true }, 400, 'did you mean force_stop?'],
  [{ Instances: 1 }, 400, 'did you mean DesiredCapacity?'],
  [{ Req_Id: REQUEST_ID, DesiredCapacity: -1 }, 400, 'did you mean req_id?; DesiredCapacity:'],
  [{}, 400, 'DesiredCapacity: is required'],
  [{ force_stop: true }, 400, 'needs req_id'],
  [{ req_id: 'fleet/prewarm_asg_prod', DesiredCapacity: 1 }, 404, 'unknown'],
  [[], 400, 'object'],
  [null, 400, 'object'],
])('refuses %j with the body of the contract', async (body, statusCode, expected) => {
  const { postJson, log } = createFleetApi();

  const answer = await postJson('/instances', body);

  expect(answer.status).toBe(statusCode);
  expect(await answer.json()).toEqual({
    status: 'failed',
    timestamp: aTimestamp,
    message: containing(expected),
  });
  expect(log).toEqual([]);
});
