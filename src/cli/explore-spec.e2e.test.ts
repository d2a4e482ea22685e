import { describe, expect } from 'vitest';
import { it } from './fixtures/user-folder.fixture.js';

const SPEC = `
setup { create table item (id int primary key); insert into item values (1); }
teardown { drop table item; }
session s1
setup { begin; }
step s1l { select id from item for update; }
step s1c { commit; }
session s2
step s2l { delete from item where id = 1; }
`;

const ONE = `Parsed test spec with 2 sessions

starting permutation: s1l s2l s1c
step s1l: select id from item for update;
id
--
 1
(1 row)

step s2l: delete from item where id = 1; <waiting ...>
step s1c: commit;
step s2l: <... completed>
`;

describe.concurrent('race-check explore --spec', { timeout: 120_000 }, () => {
  it('prints what isolationtester prints, and nothing else on stdout', async ({ folder }) => {
    folder.write('wait.spec', `${SPEC}\npermutation s1l s2l s1c\n`);
    const { code, stdout, stderr } = await folder.run(['explore', '--spec', 'wait.spec']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: ONE, stderr: '' });
    expect(folder.left()).toEqual([]);
  });

  it('leaves out orders that cannot happen, and says how many', async ({ folder }) => {
    folder.write(
      'all.spec',
      SPEC.replace('step s2l { ', 'step s2l { begin; ').concat('step s2c { commit; }\n'),
    );
    const { code, stdout, stderr } = await folder.run(['explore', '--spec', 'all.spec']);
    expect(stdout.match(/^starting permutation.*$/gm)).toEqual([
      'starting permutation: s1l s1c s2l s2c',
      'starting permutation: s1l s2l s1c s2c',
      'starting permutation: s2l s1l s2c s1c',
      'starting permutation: s2l s2c s1l s1c',
    ]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: '4 orders ran; 2 cannot happen and were left out\n',
    });
    expect(folder.left()).toEqual([]);
  });

  it('says what is wrong with a spec, with its line', async ({ folder }) => {
    folder.write('wrong.spec', 'session s1\nstep one { select 1; }\npermutation one two(three)\n');
    const { code, stderr } = await folder.run(['explore', '--spec', 'wrong.spec', '--all']);
    expect(code).toBe(4);
    expect(stderr).toContain('wrong.spec, line 3: expected the name of a step, got "two"');
    expect(stderr).toContain('wrong.spec, line 3: expected the name of a step, got "three"');
    expect(stderr).toContain('expected no --all with --spec');
  });

  it('leaves nothing behind when it is interrupted', async ({ folder }) => {
    folder.write('long.spec', 'session s1\nstep s1s { select pg_sleep(60); }\npermutation s1s\n');
    const running = await folder.start(['explore', '--spec', 'long.spec']);
    await running.says('starting permutation');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(folder.left()).toEqual([]);
  });
});
