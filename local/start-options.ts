import { parseArgs } from 'node:util';
import { UserError } from './user-error.ts';
import { DEFAULT_TEMPORAL_PORT, DEFAULT_UI_PORT } from './temporal/dev-server-settings.ts';

/** Ports of 127.0.0.1 that programs of the user talk to; 0 takes a free one. */
export type ProductPorts = { readonly api: number; readonly temporal: number; readonly ui: number };

/** What `npm start -- …` was asked for. */
export type StartOptions = {
  readonly isHelp: boolean;
  /** Whether to stop after the sample request. */
  readonly isOnce: boolean;
  readonly hasSample: boolean;
  readonly ports: ProductPorts;
  /** How long a simulated instance boots before its fetch worker starts. */
  readonly bootDelayMs: number;
  /** Where data and logs go; undefined: a folder of the project. */
  readonly dataFolder: string | undefined;
};

/** Port of the api when nobody chose another. */
export const DEFAULT_API_PORT = 8_080;

/** Option that chooses each port, and what listens there. */
export const PORT_OPTIONS = {
  api: { option: '--port', purpose: 'the API' },
  temporal: { option: '--temporal-port', purpose: 'the Temporal server' },
  ui: { option: '--ui-port', purpose: "Temporal's Web UI" },
} as const;

/** Idle grace of the fleet when nobody chose another: somebody is watching. */
export const DEFAULT_FLEET_IDLE_SECONDS = 5;

const DEFAULT_BOOT_SECONDS = 1;
const MOST_BOOT_SECONDS = 600;

/** Text of `npm start -- --help`. */
export const START_HELP = `Runs the whole product on this machine, against a simulated CloudFront and a local AWS, and warms
a sample. Fetch workers are the instances of a local Auto Scaling group: none runs until a request
asks for instances, none is left some seconds after the last one.

npm start                            runs until Ctrl-C
npm start -- --once                  stops when the sample has ended and the fleet is gone; exit
                                     status 0 only if all of the sample is warm
npm start -- --no-sample             only serves
npm start -- --port 8090             port of the API (default ${DEFAULT_API_PORT})
npm start -- --temporal-port 7300    port of the Temporal server (default ${DEFAULT_TEMPORAL_PORT})
npm start -- --ui-port 8300          port of Temporal's Web UI (default ${DEFAULT_UI_PORT})
npm start -- --boot-seconds 5        boot time of a simulated instance (default ${DEFAULT_BOOT_SECONDS})
npm start -- --data-folder PATH      where data and logs are kept (default .local, and
                                     .local/port-N with another port of the API)
npm start -- --help                  this text

A port of 0 takes a free one. With TEMPORAL_ADDRESS set, that Temporal server is used and none is
started. TEMPORAL_CLI_PATH names a temporal binary to use. FLEET_IDLE_SECONDS says how long the
fleet keeps its instances after the last request (default ${DEFAULT_FLEET_IDLE_SECONDS} here). Requests and their results
survive a restart.`;

/**
 * Reads the command line of `npm start`.
 *
 * @throws UserError that names the option which is unknown, bad, or doesn't go with another.
 */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parse(args);
  if (values.once && values['no-sample']) {
    throw new UserError('--once stops after the sample, so it does not go with --no-sample');
  }
  const ports = {
    api: portOf('--port', values.port),
    temporal: portOf('--temporal-port', values['temporal-port']),
    ui: portOf('--ui-port', values['ui-port']),
  };
  const chosen = Object.values(ports).filter((port) => port !== 0);
  if (new Set(chosen).size < chosen.length) {
    throw new UserError(`Each port must be different, got ${chosen.join(', ')}`);
  }
  return {
    isHelp: values.help,
    isOnce: values.once,
    hasSample: !values['no-sample'],
    ports,
    bootDelayMs: bootDelayOf(values['boot-seconds']),
    dataFolder: values['data-folder'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        once: { type: 'boolean', default: false },
        'no-sample': { type: 'boolean', default: false },
        port: { type: 'string', default: String(DEFAULT_API_PORT) },
        'temporal-port': { type: 'string', default: String(DEFAULT_TEMPORAL_PORT) },
        'ui-port': { type: 'string', default: String(DEFAULT_UI_PORT) },
        'boot-seconds': { type: 'string', default: String(DEFAULT_BOOT_SECONDS) },
        'data-folder': { type: 'string' },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${reason}\nAll options: npm start -- --help`, { cause: error });
  }
}

function portOf(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UserError(`${option} must be a port from 0 to 65535, got "${text}"`);
}

function bootDelayOf(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= MOST_BOOT_SECONDS)
    return Math.round(seconds * 1_000);
  throw new UserError(
    `--boot-seconds must be a number of seconds from 0 to ${MOST_BOOT_SECONDS}, got "${text}"`,
  );
}
