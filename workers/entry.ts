import { silenceAwsNotice } from './silence-aws-notice.ts';

/**
 * Runs the main function of an entry file and ends the process: 0 when it returned, 1 with one
 * message on standard error when it threw, as it does for bad settings.
 */
export async function runEntry(main: () => Promise<void>): Promise<never> {
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
