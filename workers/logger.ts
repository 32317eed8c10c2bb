import { DefaultLogger, type LogLevel, type Logger as TemporalLogger } from '@temporalio/worker';
import { pino, stdSerializers, type Level, type Logger } from 'pino';

/** Settings of {@link createLogger}. */
export type LoggerOptions = {
  readonly level: Level | 'silent';
  /** Which process logs: `fetch`, `control`. */
  readonly role: string;
};

/** A logger that writes JSON lines to standard output, at once: nothing is lost at the exit. */
export function createLogger({ level, role }: LoggerOptions): Logger {
  return pino({
    level,
    base: { role, pid: process.pid },
    serializers: { error: stdSerializers.err },
  });
}

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, Level>;

/** The same logger as Temporal's SDK wants it. What is too fine is dropped by the logger itself. */
export function temporalLoggerOf(logger: Logger): TemporalLogger {
  return new DefaultLogger('TRACE', ({ level, message, meta }) => {
    logger[LEVELS[level]](meta ?? {}, message);
  });
}
