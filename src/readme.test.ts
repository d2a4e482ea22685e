import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
    path.posix.join(folder, name.split(path.sep).join('/')),
  );
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe('the map of the source', () => {
  const map = read('src/README.md');
  const files = ['src', 'scenarios', 'targets'].flatMap(filesBelow);

  it('names only files and rooms that there are', () => {
    const named = [...map.matchAll(/`((?:[a-z0-9*-]+\/)*[a-z0-9-]+\.ts|[a-z-]+\/)`/g)].map(
      ([, name]) => name!,
    );
    expect(named.length).toBeGreaterThan(100);
    const isThere = (name: string) => {
      const pattern = new RegExp(
        `(^|/)${name.replace(/\/$/, '').replace('.', '\\.').replace('*', '[^/]+')}$`,
      );
      return files.some((file) => pattern.test(file)) || existsSync(path.join(ROOT, name));
    };
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  it('tells of every room', () => {
    const rooms = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }).filter((one) =>
      one.isDirectory(),
    );
    expect(rooms.map(({ name }) => name).filter((name) => !map.includes(`${name}/\``))).toEqual([]);
  });
});

describe('what is written for people', () => {
  const pages = [
    ...['README.md', 'CONTRIBUTING.md', 'src/README.md', 'reports/README.md'],
    ...filesBelow('docs').filter((file) => file.endsWith('.md')),
  ];

  it.each(pages)('links only to what is there: %s', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    const ours = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(ours.filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link)))).toEqual([]);
  });

  it('has its examples in the package, as its pages are', () => {
    const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
    const links = pages
      .filter((page) => page.startsWith('docs/'))
      .flatMap((page) =>
        [...read(page).matchAll(/\]\((?!\w+:)([^)#\s]+)/g)].map(([, link]) => `docs/${link}`),
      )
      .map((link) => path.posix.normalize(link))
      .filter((link) => /^(examples|reports|docs)\//.test(link));
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !files.some((packed) => link.startsWith(`${packed}/`)))).toEqual([]);
  });
});
