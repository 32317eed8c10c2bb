import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { afterEach, expect, test, vi } from 'vitest';
import { silenceAwsNotice } from '../../workers/silence-aws-notice.ts';

const VARIABLE = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

afterEach(() => vi.unstubAllEnvs());

test('lets the AWS SDK say nothing of an old Node.js', () => {
  vi.stubEnv(VARIABLE, undefined);
  vi.spyOn(process, 'version', 'get').mockReturnValue('v20.18.1');
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();

  silenceAwsNotice();
  new AutoScalingClient({ region: 'us-east-1' }).destroy();

  expect(warn).not.toHaveBeenCalled();
});

test('leaves the variable as the operator set it', () => {
  vi.stubEnv(VARIABLE, 'false');

  silenceAwsNotice();

  expect(process.env[VARIABLE]).toBe('false');
});
