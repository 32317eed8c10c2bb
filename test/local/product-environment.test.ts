import { afterEach, expect, test, vi } from 'vitest';
import { productEnvironment } from '../../local/product-environment.ts';

const SETTINGS = {
  dataFolder: '/data',
  ports: { api: 8_090, temporal: 7_300, ui: 8_300 },
  temporal: { cliFile: '/bin/temporal' },
  fleetIdleSeconds: 5,
};

afterEach(() => void vi.unstubAllEnvs());

test('puts the product on the local AWS, and lets that decide whose caches may be warmed', () => {
  vi.stubEnv('ALLOWED_DISTRIBUTIONS', 'E1OTHER');

  const environment = productEnvironment(SETTINGS, 'http://127.0.0.1:9300');

  expect(environment).toMatchObject({
    PORT: '8090',
    TEMPORAL_ADDRESS: '127.0.0.1:7300',
    AUTO_SCALING_GROUP_NAME: 'prewarm_asg_local',
    FLEET_IDLE_SECONDS: '5',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_CLOUDFRONT: 'http://127.0.0.1:9300',
    AWS_ENDPOINT_URL_AUTO_SCALING: 'http://127.0.0.1:9300',
  });
  expect(environment).not.toHaveProperty('ALLOWED_DISTRIBUTIONS');
});

test("keeps the user's own AWS settings away from the stand-ins, and other settings", () => {
  vi.stubEnv('AWS_PROFILE', 'production');
  vi.stubEnv('AWS_SESSION_TOKEN', 'a real one');
  vi.stubEnv('FETCH_SLOTS', '3');

  const environment = productEnvironment(SETTINGS);

  expect(Object.keys(environment).filter((name) => name.startsWith('AWS_'))).toEqual([
    'AWS_REGION',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ]);
  expect(environment['AWS_ACCESS_KEY_ID']).toBe('AKIDLOCAL');
  expect(environment['FETCH_SLOTS']).toBe('3');
});

test("uses the user's own Temporal server where there is one", () => {
  const environment = productEnvironment({ ...SETTINGS, temporal: { address: 'temporal:7233' } });

  expect(environment['TEMPORAL_ADDRESS']).toBe('temporal:7233');
});
