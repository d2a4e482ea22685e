import type { Expectation } from '../core/target.js';
import type { Judgement } from '../core/verdict.js';

/** Is this what the target claims? An inconclusive run meets no claim; a safe one that gives up has not met `holds`. */
export function meets(expectation: Expectation, judgement: Pick<Judgement, 'verdict' | 'gaveUp'>): boolean {
  const { verdict, gaveUp } = judgement;
  switch (expectation) {
    case 'holds':
      return verdict === 'holds' && gaveUp === undefined;
    case 'gives-up':
      return verdict === 'holds' && gaveUp !== undefined;
    case 'violated':
      return verdict === 'violated';
  }
}
