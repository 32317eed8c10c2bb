import { DefaultLogger, type LogLevel, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Level, Logger } from 'pino';

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, Level>;

/** A logger as Temporal's SDK wants it. What is too fine is dropped by the logger itself. */
export function temporalLoggerOf(logger: Logger): TemporalLogger {
  return new DefaultLogger('TRACE', ({ level, message, meta }) => {
    logger[LEVELS[level]](meta ?? {}, message);
  });
}
