import { expect, test } from 'vitest';
import { START_HELP, parseStartOptions } from '../../local/start-options.ts';

test('serves on the usual ports after the sample when nothing is asked', () => {
  expect(parseStartOptions([])).toEqual({
    isHelp: false,
    isOnce: false,
    hasSample: true,
    ports: { api: 8_080, temporal: 7_233, ui: 8_233 },
    bootDelayMs: 1_000,
    dataFolder: undefined,
  });
});

test('reads every option', () => {
  const ports = ['--port', '8090', '--temporal-port=7300', '--ui-port', '0'];
  const more = ['--boot-seconds', '2.5', '--data-folder', '/tmp/x'];

  expect(parseStartOptions(['--once', ...ports, ...more])).toEqual({
    isHelp: false,
    isOnce: true,
    hasSample: true,
    ports: { api: 8_090, temporal: 7_300, ui: 0 },
    bootDelayMs: 2_500,
    dataFolder: '/tmp/x',
  });
  expect(parseStartOptions(['--no-sample']).hasSample).toBe(false);
  expect(parseStartOptions(['--help']).isHelp).toBe(true);
});

test.each([
  [['--onze'], "Unknown option '--onze'"],
  [['serve'], 'Unexpected argument'],
  [['--port', '70000'], '--port must be a port from 0 to 65535, got "70000"'],
  [['--ui-port', 'http'], '--ui-port must be a port from 0 to 65535, got "http"'],
  [['--boot-seconds', '-1'], '--boot-seconds'],
  [['--boot-seconds=601'], '--boot-seconds must be a number of seconds from 0 to 600, got "601"'],
  [['--port', '7233'], 'Each port must be different'],
  [['--once', '--no-sample'], 'does not go with --no-sample'],
])('refuses %j and says why', (args, reason) => {
  expect(() => parseStartOptions(args)).toThrow(reason);
});

test('explains every option', () => {
  const ports = ['--port', '--temporal-port', '--ui-port'];
  for (const option of ['--once', '--no-sample', ...ports, '--boot-seconds', '--data-folder']) {
    expect(START_HELP).toContain(`npm start -- ${option}`);
  }
});
