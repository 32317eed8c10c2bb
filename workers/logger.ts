import { pino, stdSerializers, type Level, type Logger } from 'pino';

/** Settings of {@link createLogger}. */
export type LoggerOptions = {
  readonly level: Level | 'silent';
  /** Which process logs: `fetch`, `control`. */
  readonly role: string;
};

/** A logger that writes JSON lines to standard output, at once: nothing is lost at the exit. */
export function createLogger({ level, role }: LoggerOptions): Logger {
  const serializers = { error: stdSerializers.err };
  // pino's own default writes in the background: a line may still be under way at the exit.
  const destination = pino.destination({ dest: 1, sync: true });
  return pino({ level, base: { role, pid: process.pid }, serializers }, destination);
}
