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

/** Text of `npm start -- --help`. */
export const START_HELP = `Runs the whole product on this machine, against a simulated CloudFront, and warms a sample.

npm start                            runs until Ctrl-C
npm start -- --once                  stops after the sample; exit status 0 only if all of it is warm
npm start -- --no-sample             only serves
npm start -- --port 8090             port of the API (default ${DEFAULT_API_PORT})
npm start -- --temporal-port 7300    port of the Temporal server (default ${DEFAULT_TEMPORAL_PORT})
npm start -- --ui-port 8300          port of Temporal's Web UI (default ${DEFAULT_UI_PORT})
npm start -- --data-folder PATH      where data and logs are kept (default .local, and
                                     .local/port-N with another port of the API)
npm start -- --help                  this text

A port of 0 takes a free one. With TEMPORAL_ADDRESS set, that Temporal server is used and none is
started. TEMPORAL_CLI_PATH names a temporal binary to use. Requests and their results survive a
restart.`;

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
