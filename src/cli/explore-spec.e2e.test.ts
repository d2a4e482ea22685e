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

describe.concurrent('race-check explore --spec', () => {
  it('prints what isolationtester prints, and nothing else on stdout', async ({ folder }) => {
    folder.write('wait.spec', `${SPEC}\npermutation s1l s2l s1c\n`);
    const { code, stdout, stderr } = await folder.run(['explore', '--spec', 'wait.spec']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: ONE, stderr: '' });
    expect(folder.left()).toEqual([]);
  });

  it(
    'tells of a permutation that cannot happen, and goes on with the next',
    { timeout: 90_000 },
    async ({ folder }) => {
      const spec = SPEC.replace('step s2l {', "setup { set lock_timeout = '1s'; } step s2l {");
      folder.write('impossible.spec', `${spec}\npermutation s1l s2l(s1c)\npermutation s1l s2l s1c\n`);
      const { code, stdout, stderr } = await folder.run(['explore', '--spec', 'impossible.spec']);
      expect(stdout).toContain('starting permutation: s1l s2l s1c');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(folder.left()).toEqual([]);
    },
  );

  it('says what is wrong with a spec, with its line', async ({ folder }) => {
    folder.write('wrong.spec', 'session s1\nstep one { select 1; }\npermutation one two(three)\n');
    const { code, stderr } = await folder.run(['explore', '--spec', 'wrong.spec', '--all']);
    expect(code).toBe(4);
    expect(stderr).toContain('wrong.spec, line 3: expected the name of a step, got "two"');
    expect(stderr).toContain('wrong.spec, line 3: expected the name of a step, got "three"');
    expect(stderr).toContain('expected no --all with --spec');
  });

  it('leaves nothing behind when it is interrupted', async ({ folder }) => {
    folder.write('long.spec', 'session s1\nstep s1s { select pg_sleep(60); }\n');
    const running = await folder.start(['explore', '--spec', 'long.spec']);
    await running.says('starting permutation').catch(() => undefined);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(folder.left()).toEqual([]);
  });
});
