import { describe, expect, it } from 'vitest';
import { findings, schedule, violations } from './schedule-notation.fixture.js';
import { toSchedule } from './schedule.js';

/** One books, one comes too late, one is told to try again. */
const RIGHT = `
  4 [0,5] A 18:00-19:30 booked
  9 [1,6] A 18:00-19:30 taken
  2 [2,4] A 18:00-19:30 busy
  stored A 18:00-19:30
`;

function anomalies(notation: string): string[] {
  return findings(schedule(notation)).map(({ anomaly }) => anomaly);
}

describe('bookings in which everything is right', () => {
  it('have no finding', () => {
    expect(findings(schedule(RIGHT))).toEqual([]);
  });

  it('may be none', () => {
    expect(findings(schedule(''))).toEqual([]);
    expect(findings(schedule('before A 18:00-19:30\nstored A 18:00-19:30'))).toEqual([]);
  });

  it('may follow each other to the minute, and be at once at different tables', () => {
    expect(
      anomalies(`
        0 [0,5] A 18:00-19:30 booked
        1 [0,5] A 19:30-21:00 booked
        2 [0,5] B 18:00-19:30 booked
        stored A 18:00-19:30
        stored A 19:30-21:00
        stored B 18:00-19:30
      `),
    ).toEqual([]);
  });
});

describe('an attempt that may have happened', () => {
  const unknown = '0 [0,] A 18:00-19:30 info\n';

  it('is fine if it did, and fine if it did not', () => {
    expect(anomalies(`${unknown} stored A 18:00-19:30`)).toEqual([]);
    expect(anomalies(unknown)).toEqual([]);
  });

  it('is wrong if it did twice, or for other guests', () => {
    expect(anomalies(`${unknown} stored A 18:00-19:30\nstored A 18:00-19:30`)).toEqual([
      'double-booking',
      'booking-unexpected',
    ]);
    expect(anomalies(`${unknown} stored A 18:00-19:30*3`)).toEqual(['booking-unexpected']);
  });

  it('is a good reason to be told "taken", even if it did not happen in the end', () => {
    expect(violations(schedule(`${unknown} 1 [5,6] A 18:00-19:30 taken`))).toEqual([]);
  });

  it('is no reason for an answer that came before it began', () => {
    expect(violations(schedule(`1 [0,1] A 18:00-19:30 taken\n0 [2,] A 18:00-19:30 info`))).toEqual([
      'false-refusal',
    ]);
  });
});

describe('a double booking', () => {
  it('is one by a single minute', () => {
    const found = findings(
      schedule(`
        4 [0,5] A 18:00-19:30 booked
        9 [1,6] A 19:29-20:59 booked
        stored A 18:00-19:30
        stored A 19:29-20:59
      `),
    );
    expect(found).toEqual([
      {
        anomaly: 'double-booking',
        grade: 'violation',
        message:
          'Table A is booked twice at once: for 18:00-19:30 by client 4 and for 19:29-20:59 by client 9.',
        expected: 'no two bookings that overlap',
        observed: '2 bookings, up to 2 at once',
        witness: [0, 1, 10, 11],
      },
    ]);
  });

  it('is found where a long booking covers one that begins later and ends earlier, and others lie between', () => {
    expect(
      anomalies(`
        before A 10:00-20:00
        before A 11:00-12:00
        1 [0,5] A 19:00-19:30 booked
        stored A 10:00-20:00
        stored A 11:00-12:00
        stored A 19:00-19:30
      `),
    ).toEqual(['double-booking']);
  });

  it('is counted at the moment at which most have the table', () => {
    const [found] = findings(
      schedule(`
        0 [0,5] A 18:00-19:30 booked
        1 [0,5] A 18:30-20:00 booked
        2 [0,5] A 19:00-20:30 booked
        3 [0,5] A 20:00-21:30 booked
        stored A 18:00-19:30
        stored A 18:30-20:00
        stored A 19:00-20:30
        stored A 20:00-21:30
      `),
    );
    expect(found).toMatchObject({ anomaly: 'double-booking', observed: '4 bookings, up to 3 at once' });
    expect(found?.message).toContain('is booked 3 times at once');
  });

  it('is explained by notes of two who both saw the table free before either booked', () => {
    const [found] = findings(
      schedule(`
        4 [0,5] A 18:00-19:30 booked
        9 [1,6] A 18:00-19:30 booked
        4 reads 0
        9 reads 0
        4 writes
        9 writes
        stored A 18:00-19:30
        stored A 18:00-19:30
      `),
    );
    expect(found?.message).toContain('Clients 4 and 9 both saw it free before either booked.');
  });

  it('is not explained so where one looked after the other had booked', () => {
    const [found] = findings(
      schedule(`
        4 [0,5] A 18:00-19:30 booked
        9 [1,6] A 18:00-19:30 booked
        4 reads 0
        4 writes
        9 reads 0
        9 writes
        stored A 18:00-19:30
        stored A 18:00-19:30
      `),
    );
    expect(found?.message).not.toContain('saw it free');
  });

  it('is found at each table', () => {
    expect(
      anomalies(`
        0 [0,5] A 18:00-19:30 booked
        1 [0,5] A 18:30-20:00 booked
        2 [0,5] B 18:00-19:30 booked
        3 [0,5] B 18:30-20:00 booked
        stored A 18:00-19:30
        stored A 18:30-20:00
        stored B 18:00-19:30
        stored B 18:30-20:00
      `),
    ).toEqual(['double-booking', 'double-booking']);
  });
});

describe('identical attempts', () => {
  it('must not all be told that they booked, even where only one booking is stored', () => {
    const found = findings(
      schedule(`
        4 [0,5] A 18:00-19:30 booked
        9 [1,6] A 18:00-19:30*3 booked
        stored A 18:00-19:30
      `),
    );
    expect(found.map(({ anomaly }) => anomaly)).toEqual(['identical-attempts-booked', 'booking-missing']);
    expect(found[0]).toMatchObject({
      message: 'Clients 4 and 9 were both told that they had booked: Table A, 18:00-19:30.',
      witness: [0, 1, 10, 11],
    });
  });

  it('are those for the same slot of the same table', () => {
    expect(
      anomalies(`
        0 [0,5] A 18:00-19:30 booked
        1 [0,5] B 18:00-19:30 booked
        stored A 18:00-19:30
        stored B 18:00-19:30
      `),
    ).toEqual([]);
  });
});

describe('the stored bookings', () => {
  it('must hold what was promised', () => {
    const [found] = findings(schedule('4 [0,5] A 18:00-19:30 booked'));
    expect(found).toMatchObject({
      anomaly: 'booking-missing',
      message:
        'Table A, 18:00-19:30, 2 guests: Client 4 was told "booked", but 0 of 1 such bookings are stored.',
      witness: [0, 1],
    });
  });

  it('must still hold what was there before', () => {
    expect(anomalies('before A 18:00-19:30')).toEqual(['booking-missing']);
  });

  it.each(['taken', 'busy', 'fail'])('must not hold what was answered with %s', (answer) => {
    const found = violations(
      schedule(`before A 18:00-18:30
        4 [0,5] A 18:00-19:30 ${answer}
        stored A 18:00-19:30
        stored A 18:00-18:30`),
    );
    expect(found).toEqual(['double-booking', 'booking-unexpected']);
  });

  it('must not hold what nobody asked for', () => {
    expect(anomalies('stored A 18:00-19:30')).toEqual(['booking-unexpected']);
  });

  it('are for the guests that were asked for', () => {
    expect(anomalies('4 [0,5] A 18:00-19:30*4 booked\nstored A 18:00-19:30*2')).toEqual([
      'booking-missing',
      'booking-unexpected',
    ]);
  });
});

describe('"taken"', () => {
  it('is false where nobody had it, had had it, or was at it', () => {
    const [found] = findings(
      schedule('4 [0,5] A 18:00-19:30 taken\n9 [6,9] A 18:00-19:30 booked\nstored A 18:00-19:30'),
    );
    expect(found).toMatchObject({ anomaly: 'false-refusal', grade: 'violation', witness: [0, 1] });
  });

  it.each(['taken', 'busy', 'fail'])('is false where the other ended in %s', (other) => {
    expect(violations(schedule(`4 [0,5] A 18:00-19:30 taken\n9 [0,9] A 18:00-19:30 ${other}`))).toContain(
      'false-refusal',
    );
  });

  it('is false where the other booking does not overlap', () => {
    expect(
      violations(
        schedule(`
          4 [0,5] A 18:00-19:30 taken
          9 [0,5] A 19:30-21:00 booked
          8 [0,5] B 18:00-19:30 booked
          stored A 19:30-21:00
          stored B 18:00-19:30
        `),
      ),
    ).toEqual(['false-refusal']);
  });

  it('is true where a booking of before overlaps by a minute', () => {
    expect(anomalies('before A 17:00-18:01\n4 [0,5] A 18:00-19:30 taken\nstored A 17:00-18:01')).toEqual([]);
  });

  it('is true at the very moment at which the other begins', () => {
    expect(
      anomalies('4 [0,5] A 18:00-19:30 taken\n9 [5,9] A 18:00-19:30 booked\nstored A 18:00-19:30'),
    ).toEqual([]);
  });
});

describe('a refusal of what was free', () => {
  it('is interesting, and 99 of one slot that nobody has are one', () => {
    const refused = Array.from({ length: 99 }, (_, client) => `${client} [0,5] A 18:00-19:30 busy`);
    // Somebody was at it, and did not book.
    const found = findings(schedule(`${refused.join('\n')}\n99 [0,] A 18:00-19:30 info`));
    expect(found).toMatchObject([
      { anomaly: 'refused-though-free', grade: 'interesting', needlessRefusals: 1 },
    ]);
  });

  it('counts all that would have fitted side by side', () => {
    const [found] = findings(
      schedule(`
        0 [0,5] A 18:00-21:00 busy
        1 [0,5] A 18:00-19:30 busy
        2 [0,5] A 19:30-21:00 busy
        3 [0,5] B 18:00-19:30 busy
        4 [0,] A 18:00-21:00 info
        5 [0,] B 18:00-21:00 info
      `),
    );
    expect(found).toMatchObject({ needlessRefusals: 3 });
  });

  it('is seen where nobody else was at it, though somebody booked it afterwards', () => {
    const [found] = findings(
      schedule('0 [0,5] A 18:00-19:30 busy\n1 [6,9] A 18:00-19:30 booked\nstored A 18:00-19:30'),
    );
    expect(found).toMatchObject({ anomaly: 'refused-though-free', needlessRefusals: 1, witness: [0, 1] });
  });

  it('is none where the slot overlaps one that is booked', () => {
    expect(
      anomalies('0 [0,5] A 18:00-19:30 busy\n1 [1,9] A 19:29-20:59 booked\nstored A 19:29-20:59'),
    ).toEqual([]);
  });

  it('is none for an attempt that certainly failed: the engine counts those', () => {
    expect(anomalies('0 [0,5] A 18:00-19:30 fail')).toEqual([]);
  });
});

it('cannot be judged where a slot ends before it begins', () => {
  expect(() => toSchedule(schedule('stored A 19:30-18:00'))).toThrow('Table A, 19:30-18:00: ends before');
});
