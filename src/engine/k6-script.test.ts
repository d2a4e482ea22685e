import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { readAnswers } from './k6-output.js';
import { k6Script, k6Trial } from './k6-script.js';

// Below the project, so that k6's types are found from there.
const folder = mkdtempSync(path.join(fileURLToPath(new URL('../../node_modules/', import.meta.url)), '.k6-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function typeErrors(script: string): readonly string[] {
  const file = path.join(folder, 'script.js');
  writeFileSync(file, script);
  const program = ts.createProgram([file], {
    ...{ allowJs: true, checkJs: true, noEmit: true, strict: true, skipLibCheck: true, types: ['k6'] },
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const TRIAL = k6Trial(
  [
    {
      ...{ client: 0, delayMs: 0, baseUrl: 'http://127.0.0.1:1/api' },
      requests: [
        {
          method: 'POST',
          path: '/x',
          headers: { 'content-type': 'application/json' },
          body: '{"a":"`${b}`"}',
          afterMs: 0,
        },
        { method: 'GET', path: '/y', headers: {}, afterMs: 1_500 },
      ],
    },
  ],
  2_000,
);
const SCRIPT = k6Script(TRIAL, { thresholds: { checks: ['rate==1'] } });

describe('a k6 script', () => {
  it('has no error by the types of k6', { timeout: 60_000 }, () => {
    expect(typeErrors(SCRIPT)).toEqual([]);
    expect(typeErrors(SCRIPT.replace('timeout: trial.timeoutMs', 'timeout: []'))).not.toEqual([]);
  });

  it('lasts as long as its slowest client may, and sends texts as they are', () => {
    expect(TRIAL.seconds).toBe(7);
    expect(SCRIPT).toContain(String.raw`"body": "{\"a\":\"` + '`${b}`' + String.raw`\"}"`);
  });
});

describe("k6's output", () => {
  const point = (tags: object) =>
    JSON.stringify({
      metric: 'race_check_answer',
      type: 'Point',
      data: { time: '2026-02-14T09:30:12.5Z', value: 1, tags },
    });

  it('tells the answers, whatever else stands in it', () => {
    const text = [
      '{"type":"Metric","data":{"name":"race_check_answer"},"metric":"race_check_answer"}',
      '{"metric":"http_reqs","type":"Point","data":{"value":1,"tags":{}}}',
      point({
        client: '3',
        attempt: '0',
        status: '200',
        headers: '{"X-Id":"7"}',
        body: 'race_check_answer',
        error: '',
      }),
      point({ client: '4', attempt: '1', status: '0', error: 'dial: refused' }),
      '',
    ].join('\n');
    expect(readAnswers(text)).toMatchObject([
      { client: 3, attempt: 0, status: 200, headers: { 'x-id': '7' }, body: 'race_check_answer', error: '' },
      {
        ...{ client: 4, attempt: 1, status: 0, headers: {}, body: '', error: 'dial: refused' },
        ...{ endedNs: 1_771_061_412_500_000_000n, tookMs: 1 },
      },
    ]);
    expect(readAnswers('')).toEqual([]);
  });

  it('lacks an answer that was cut off at its end, and is refused where one is cut off within it', () => {
    const whole = point({ client: '3', attempt: '0', status: '200' });
    const cut = point({ client: '4', attempt: '0', status: '200' }).slice(0, -20);
    expect(readAnswers(`${whole}\n${cut}`)).toMatchObject([{ client: 3 }]);
    expect(() => readAnswers(`${cut}\n${whole}`)).toThrow("line 1 of k6's output is no JSON");
    // The script in place of what it wrote.
    expect(() => readAnswers("const answers = new Trend('race_check_answer', true);")).toThrow('is no JSON');
  });

  it('is refused in one line where an answer lacks something', () => {
    const wrong = [
      point({ client: '3', attempt: '0' }),
      point({ client: '3', attempt: '0', status: '200', headers: '{' }),
    ];
    expect(() => readAnswers(wrong[0]!)).toThrow(
      /^line 1 of k6's output is no answer: data\.tags\.status: [^\n]*$/,
    );
    expect(() => readAnswers(wrong[1]!)).toThrow('data.tags.headers: expected names and values as JSON');
    expect(readAnswers('"race_check_answer"\nnull')).toEqual([]);
  });
});
