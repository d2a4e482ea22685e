import type { ContractTypes } from '../core/contract.js';
import type { Json } from '../core/json.js';
import type { Route, Routes } from '../http/routes.js';

export interface Matched {
  readonly f: string;
  readonly route: Route<Json, Json>;
  readonly params: Readonly<Record<string, string>>;
}

/** The route of a request, as a server with these routes finds it: a word in a path is nearer than a `:name`. */
export function matching(
  routes: Routes<ContractTypes>,
): (method: string, path: string) => Matched | undefined {
  const all = Object.entries<Route<Json, Json>>(routes)
    .map(([f, route]) => ({ f, route, words: route.path.split('/') }))
    .sort((a, b) => named(a.words) - named(b.words));
  return (method, path) => {
    const words = path.split('/');
    for (const { f, route, words: wanted } of all) {
      if (route.method !== method || wanted.length !== words.length) continue;
      const params: Record<string, string> = {};
      const fits = wanted.every((word, index) => {
        const given = words[index]!;
        if (!word.startsWith(':')) return word === given;
        params[word.slice(1)] = given;
        return given !== '';
      });
      if (fits) return { f, route, params };
    }
    return undefined;
  };
}

function named(words: readonly string[]): number {
  return words.filter((word) => word.startsWith(':')).length;
}
