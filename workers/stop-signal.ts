import type { Logger } from 'pino';

/** A process that has not ended by itself after this is ended: supervisors send SIGKILL at 30 s. */
const PATIENCE_MS = 29_000;

function exitAtOnce(): void {
  process.exit(0);
}

/**
 * Lets SIGTERM and SIGINT end the process at once, with 0: nothing is lost while it only loads. To be
 * called before anything heavy is imported; holds until {@link stopOnSignals} takes over.
 */
export function exitOnSignals(): void {
  process.on('SIGTERM', exitAtOnce);
  process.on('SIGINT', exitAtOnce);
}

/**
 * A signal that fires at the first SIGTERM or SIGINT: stop taking work, finish, exit 0. At the
 * second one the process exits at once.
 */
export function stopOnSignals(logger: Logger): AbortSignal {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) {
      logger.warn({ signal: name }, 'exiting at once: the signal came twice');
      process.exit(1);
    }
    logger.info({ signal: name }, 'draining');
    setTimeout(() => {
      logger.error('exiting: the process did not end by itself');
      process.exit(1);
    }, PATIENCE_MS).unref();
    stop.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.off('SIGTERM', exitAtOnce);
  process.off('SIGINT', exitAtOnce);
  return stop.signal;
}
