import { expect, test } from 'vitest';
import { createApp } from '../../infra/app.ts';

test('lists every bad setting at once', () => {
  const context = {
    name: 'Prewarm_1',
    temporalAuthentication: 'password',
    instanceTypes: 'c7g.large,c5.large',
  };

  expect(() => createApp({ context })).toThrow(
    /name must .*"Prewarm_1"[^]*temporalAuthentication must .*"password"[^]*Graviton types \(not "c5\.large"\)/,
  );
});
