import type { Report } from './heartbeat.ts';

/** What the ways to a Temporal CLI need to know. */
export type CliRouteOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As `process.platform` and `process.arch` name them. */
  readonly platform: string;
  readonly architecture: string;
  readonly report: Report;
  /** Where releases lie. @default Temporal's own download site */
  readonly archiveUrl?: string;
};
