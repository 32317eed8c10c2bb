import { silenceAwsNotice } from './silence-aws-notice.ts';
import { exitOnSignals } from './stop-signal.ts';

/**
 * Runs the main function of an entry file and ends the process: 0 when it returned, 1 with one
 * message on standard error when it threw, as it does for bad settings.
 *
 * @param main imports what it needs itself: an entry file that imports more than this would not hear
 *   a signal until all of it is loaded, a second and a half with Temporal's SDK.
 */
export async function runEntry(main: () => Promise<void>): Promise<never> {
  exitOnSignals();
  silenceAwsNotice();
  try {
    await main();
    process.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    process.exit(1);
  }
}
