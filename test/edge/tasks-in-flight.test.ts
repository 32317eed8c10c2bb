import { expect, test } from 'vitest';
import { TasksInFlight } from '../../edge/tasks-in-flight.ts';

test('holds back the same URL at the same POP only, also among URLs of one length and one end', () => {
  const tasks = new TasksInFlight();
  const [one, other, elsewhere] = ['NRT57-P3', 'NRT57-P3', 'FRA56-P4'].map((pop) =>
    tasks.enter(pop),
  );

  const begun = [
    one?.begin('https://a.example/x/object-1'),
    other?.begin('https://a.example/x/object-1'),
    elsewhere?.begin('https://a.example/x/object-1'),
    other?.begin('https://a.example/y/object-1'),
  ];
  one?.end();
  other?.end();

  expect(begun).toEqual([true, false, true, true]);
  expect(other?.begin('https://a.example/x/object-1')).toBe(true);
});

test('forgets a lane that has ended, and no other', () => {
  const tasks = new TasksInFlight();
  const [first, second, third] = [1, 2, 3].map(() => tasks.enter('NRT57-P3'));
  second?.begin('https://a.example/1');

  first?.leave();

  expect(third?.begin('https://a.example/1')).toBe(false);
  second?.leave();
  expect(third?.begin('https://a.example/1')).toBe(true);
});
