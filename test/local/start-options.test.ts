import { expect, test } from 'vitest';
import { START_HELP, parseStartOptions } from '../../local/start-options.ts';

test('serves on the usual ports after the sample when nothing is asked', () => {
  expect(parseStartOptions([])).toEqual({
    isHelp: false,
    isOnce: false,
    hasSample: true,
    ports: { api: 8_080, temporal: 7_233, ui: 8_233 },
    dataFolder: undefined,
  });
});

test('reads every option', () => {
  const ports = ['--port', '8090', '--temporal-port=7300', '--ui-port', '0'];

  expect(parseStartOptions(['--once', ...ports, '--data-folder', '/tmp/x'])).toEqual({
    isHelp: false,
    isOnce: true,
    hasSample: true,
    ports: { api: 8_090, temporal: 7_300, ui: 0 },
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
  [['--port', '7233'], 'Each port must be different'],
  [['--once', '--no-sample'], 'does not go with --no-sample'],
])('refuses %j and says why', (args, reason) => {
  expect(() => parseStartOptions(args)).toThrow(reason);
});

test('explains every option', () => {
  for (const option of ['--once', '--no-sample', '--port', '--temporal-port', '--ui-port']) {
    expect(START_HELP).toContain(`npm start -- ${option}`);
  }
});
