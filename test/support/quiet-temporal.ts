/** Temporal's runtime of a test process tells errors only: thousands of INFO lines hide a failure. */

import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'ERROR' } },
});
