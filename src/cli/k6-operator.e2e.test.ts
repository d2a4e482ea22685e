import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { findProgram } from '../process/find-program.js';
import { cacheFolder } from '../stores/cache-folder.js';
import { startSeatApi } from './fixtures/seat-api.fixture.js';
import { it } from './fixtures/user-folder.fixture.js';

const k6 = findProgram('k6', [path.join(cacheFolder(), 'bin'), path.join(os.homedir(), 'go', 'bin')]);

/** Names of Kubernetes' own that may stand in a label too. */
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

/** The few fields of the operator's types that are written, as its Go code reads them; a field that it does not know is an error. */
const testRun = z.strictObject({
  apiVersion: z.literal('k6.io/v1alpha1'),
  kind: z.literal('TestRun'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    parallelism: z.int32().min(1),
    // A key in the ConfigMap, without a folder.
    script: z.strictObject({
      configMap: z.strictObject({ name, file: z.string().regex(/^[-._a-zA-Z0-9]+\.js$/) }),
    }),
    // Split at white space.
    arguments: z.string(),
  }),
});
/**
 * The schema of `TestRun` in the operator's own CRD, without what nothing is written of (pods, status) and strict, as `kubectl apply`
 * asks the API server to be. Source: github.com/grafana/k6-operator (Apache-2.0), config/crd/bases/k6.io_testruns.yaml at e2c9571.
 */
const crd = z.fromJSONSchema(
  JSON.parse(readFileSync(new URL('fixtures/k6-testrun-crd.json', import.meta.url), 'utf8')) as Parameters<
    typeof z.fromJSONSchema
  >[0],
);

const configMap = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata: z.strictObject({ name }),
  data: z.record(z.string(), z.string()),
});

const IN_A_CLUSTER = 'http://api.shop.svc:5000';
const EXPORT = ['export', 'k6', 'last-seat', '--target', './far.target.ts', '--clients', '6', '--operator'];

describe.concurrent('race-check export k6 --operator', { timeout: 120_000 }, () => {
  it.skipIf(k6 === undefined)(
    'writes what k6-operator takes, whose script and arguments come to one verdict over its runners',
    async ({ folder }) => {
      const api = await startSeatApi(folder, 'racy');
      const here = /http:\/\/127\.0\.0\.1:\d+/.exec(folder.read('mine.target.ts'))![0];
      folder.write('far.target.ts', folder.read('mine.target.ts').replace(here, IN_A_CLUSTER));
      const { stdout, stderr, code } = await folder.run([...EXPORT, '--parallelism', '3']);
      expect(code, stderr).toBe(0);
      const [first, second, ...others] = parseAllDocuments(stdout).map((one) => one.toJS() as unknown);
      expect(others).toEqual([]);
      const script = configMap.parse(first);
      const run = testRun.parse(second);
      crd.parse(second);
      expect(crd.safeParse({ ...run, spec: { ...run.spec, runners: 3 } }).success).toBe(false);
      expect(run.spec.parallelism).toBe(3);
      expect(run.spec.script.configMap.name).toBe(script.metadata.name);

      // No cluster here: the same script, arguments and segments as its pods are started with.
      const text = script.data[run.spec.script.configMap.file]!;
      expect(text).toContain(IN_A_CLUSTER);
      folder.write('script.js', text.replaceAll(IN_A_CLUSTER, here));
      const words = run.spec.arguments.split(/\s+/);
      const logs = await Promise.all(
        ['0:1/3', '1/3:2/3', '2/3:1'].map(async (segment, runner) => {
          const segments = [`--execution-segment=${segment}`, '--execution-segment-sequence=0,1/3,2/3,1'];
          const all = [
            'run',
            '--quiet',
            ...segments,
            ...words,
            'script.js',
            '--tag',
            `instance_id=${runner}`,
          ];
          const ended = await promisify(execFile)(k6 ?? 'k6', [...all, '--address', '127.0.0.1:0'], {
            cwd: folder.path,
          });
          return ended.stdout + ended.stderr;
        }),
      );
      expect(await api.asked()).toBe(6);
      folder.write('logs.json', logs.join(''));
      const judged = await folder.run(['judge', '--target', './mine.target.ts', 'logs.json', '--json']);
      expect(JSON.parse(judged.stdout), judged.stderr).toMatchObject({ operations: { ok: 6 } });
      // Its initializer packs the script with what is left of the arguments.
      const packed = words.filter((word) => !['--out', 'json', '--no-usage-report'].includes(word));
      await promisify(execFile)(k6 ?? 'k6', ['archive', 'script.js', '-O', 'packed.tar', ...packed], {
        cwd: folder.path,
      });
      expect(folder.has('packed.tar')).toBe(true);
      api.child.kill();
    },
  );

  it('refuses what no cluster could run', async ({ folder }) => {
    const api = await startSeatApi(folder, 'safe');
    folder.write('far.target.ts', folder.read('mine.target.ts'));
    const loopback = await folder.run([...EXPORT, '--parallelism', '7']);
    expect(loopback.stderr).toContain('the API is at 127.0.0.1, where each runner in a cluster finds itself');
    expect(loopback.stderr).toContain('expected from 1 to 6 runners for --parallelism');
    const alone = await folder.run([...EXPORT.slice(0, -1), '--parallelism', '2']);
    expect(alone.stderr).toContain('--parallelism is for --operator');
    expect([loopback.code, alone.code]).toEqual([4, 4]);
    api.child.kill();
  });
});
