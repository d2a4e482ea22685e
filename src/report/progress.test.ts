import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.js';

function progress(options: { isTty: boolean; quiet?: boolean; columns?: number }) {
  let text = '';
  let timeMs = 1_000;
  const stream = { columns: options.columns, write: (chunk: string) => (text += chunk) };
  const now = () => timeMs;
  const { isTty, quiet = false } = options;
  return {
    told: createProgress({ stream, isTty, now, quiet }),
    text: () => text,
    /** What a terminal shows in the end. */
    screen: () =>
      text
        .split('\n')
        .map((line) => line.slice(line.lastIndexOf('\u001b[K') + 1).replace('[K', ''))
        .join('\n'),
    pass: (ms: number) => (timeMs += ms),
  };
}

describe('progress on a terminal', () => {
  it('is one line that is rewritten', () => {
    const { told, text, screen, pass } = progress({ isTty: true });
    told.targetStarted('postgres/naive', 'control', 59);
    expect(screen()).toBe('postgres/naive (control): up to 59 trials');
    pass(60);
    told.trialDone(12, 0);
    expect(screen()).toBe('postgres/naive: trial 12 of 59');
    pass(60);
    told.trialDone(13, 2);
    expect(screen()).toBe('postgres/naive: trial 13 of 59, 2 violated');
    expect(text()).not.toContain('\n');
    told.targetDone('postgres/naive', 'violated');
    expect(screen()).toBe('');
  });

  it('is not rewritten more often than one can see', () => {
    const { told, text, pass } = progress({ isTty: true });
    told.targetStarted('a/b', 'named', 1_000);
    for (let trial = 1; trial <= 1_000; trial += 1) {
      pass(1);
      told.trialDone(trial, 0);
    }
    expect(text().split('\r').length).toBeLessThan(25);
  });

  it('says so when more trials are made than were planned', () => {
    const { told, screen, pass } = progress({ isTty: true });
    told.targetStarted('a/b', 'named', 59);
    pass(60);
    told.trialDone(94, 0);
    expect(screen()).toBe('a/b: trial 94 (59 were planned)');
  });

  it('makes room for a note, and comes back', () => {
    const { told, screen } = progress({ isTty: true });
    told.targetStarted('a/b', 'named', 9);
    told.note('redis is skipped: redis://:secret@h');
    expect(screen()).toBe('redis is skipped: redis://:***@h\na/b: up to 9 trials');
    told.finish();
    expect(screen()).toBe('redis is skipped: redis://:***@h\n');
  });

  it('tells who has to wait how long it has been, and how long it still will be', () => {
    const { told, screen, text, pass } = progress({ isTty: true });
    told.targetStarted('a/b', 'named', 59);
    pass(9_000);
    told.tick();
    expect(screen()).toBe('a/b: up to 59 trials');
    pass(21_000);
    told.tick();
    expect(screen()).toBe('a/b: up to 59 trials, 30 s so far');
    told.trialDone(1, 1);
    expect(screen()).toBe('a/b: up to 59 trials, 30 s so far');
    pass(10_000);
    told.trialDone(2, 1);
    expect(screen()).toBe('a/b: trial 2 of 59, 1 violated, 40 s so far, about 10 min left');
    pass(1_000);
    told.tick();
    expect(screen()).toBe('a/b: trial 2 of 59, 1 violated, 41 s so far, about 9 min left');
    const before = text();
    pass(100);
    told.tick();
    expect(text()).toBe(before);
  });

  it('never runs over the end of the line', () => {
    const { told, screen } = progress({ isTty: true, columns: 30 });
    told.targetStarted('postgres/a-target-with-a-long-name', 'named', 59);
    expect(screen().length).toBeLessThan(30);
  });

  it('takes a terminal that does not know its width for a usual one', () => {
    const { told, screen } = progress({ isTty: true, columns: 0 });
    told.targetStarted('a/b', 'named', 59);
    expect(screen()).toBe('a/b: up to 59 trials');
  });
});

describe('progress elsewhere', () => {
  it('is a line for each target, and one every five seconds at most, without control characters', () => {
    const { told, text, pass } = progress({ isTty: false });
    told.targetStarted('a/b', 'named', 59);
    for (let trial = 1; trial <= 59; trial += 1) {
      pass(200);
      told.trialDone(trial, trial > 30 ? 1 : 0);
    }
    told.targetDone('a/b', 'violated');
    told.finish();
    expect(text()).toBe(
      [
        'a/b: up to 59 trials',
        'a/b: trial 25 of 59',
        'a/b: trial 50 of 59, 1 violated, 10 s so far',
        'a/b: violated',
        '',
      ].join('\n'),
    );
  });
});

describe('progress elsewhere, of trials that take long', () => {
  it('gives a sign of life every fifteen seconds, with what is left as soon as a trial is done', () => {
    const { told, text, pass } = progress({ isTty: false });
    told.announce('2 targets, 5 trials each.');
    told.targetStarted('1/2 a/b', 'named', 5);
    for (let second = 1; second <= 90; second += 1) {
      pass(1_000);
      if (second % 28 === 0) told.trialDone(second / 28, 0);
      told.tick();
    }
    told.targetDone('a/b', 'holds');
    pass(60_000);
    told.tick();
    expect(text()).toBe(
      [
        '2 targets, 5 trials each.',
        '1/2 a/b: up to 5 trials',
        '1/2 a/b: up to 5 trials, 15 s so far',
        '1/2 a/b: trial 1 of 5, 28 s so far, about 1 min 50 s left',
        '1/2 a/b: trial 1 of 5, 43 s so far, about 1 min 40 s left',
        '1/2 a/b: trial 2 of 5, 56 s so far, about 1 min 20 s left',
        '1/2 a/b: trial 2 of 5, 1 min 11 s so far, about 1 min 10 s left',
        '1/2 a/b: trial 3 of 5, 1 min 24 s so far, about 1 min left',
        'a/b: holds',
        '',
      ].join('\n'),
    );
  });

  it('says nothing of what is left where nobody knows how many there will be', () => {
    const { told, text, pass } = progress({ isTty: false });
    told.targetStarted('a/b', 'named', undefined);
    pass(20_000);
    told.trialDone(1, 0);
    expect(text()).toBe('a/b: one trial after the other\na/b: trial 1, 20 s so far\n');
  });
});

describe('quiet progress', () => {
  it.each([true, false])('says only what must be said (terminal: %s)', (isTty) => {
    const { told, text, pass } = progress({ isTty, quiet: true });
    told.targetStarted('a/b', 'named', 59);
    pass(10_000);
    told.trialDone(30, 1);
    told.announce('2 targets');
    pass(20_000);
    told.tick();
    told.targetDone('a/b', 'violated');
    told.note('redis is skipped');
    told.finish();
    expect(text()).toBe('redis is skipped\n');
  });
});
