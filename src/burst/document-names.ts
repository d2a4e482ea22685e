import type { BurstInput, BurstAnswer } from './contract.js';

/** Where a name is looked up: in the document itself, in one of its answers, or in what nothing is known of. */
type Place = 'document' | 'answer' | 'elsewhere';

/** A name that an expression looks up where it is known what there is. */
export interface LookedUp {
  readonly name: string;
  readonly in: Exclude<Place, 'elsewhere'>;
  /** JSONata's own: how many characters were read when it had been. */
  readonly position: number | undefined;
}

type Answer = BurstAnswer & Pick<BurstInput, 'request'> & { readonly client: number };
const OF_ANSWER: Record<keyof Answer, true> = {
  ...{ status: true, body: true, ms: true, client: true, request: true },
};

/** What there is to be looked up. */
export const KNOWN_NAMES: Readonly<Record<LookedUp['in'], readonly string[]>> = {
  document: ['answers', 'before', 'after'],
  answer: Object.keys(OF_ANSWER),
};

type Node = Readonly<Record<string, unknown>>;

/**
 * The names that the syntax tree of an expression looks up in the document and in its answers. Whatever hides in a function's
 * parameter or behind a body is not among them.
 *
 * To JSONata a name that stands for nothing is no mistake: `$count(answer[status = 200]) <= 1` is true of whatever was
 * answered, and `afer.stock = 0` is false of it. Either would be a verdict that comes of a slip of the pen.
 */
export function lookedUp(ast: unknown): readonly LookedUp[] {
  const found: LookedUp[] = [];

  const walk = (part: unknown, place: Place): Place => {
    if (!isNode(part)) return place;
    switch (part['type']) {
      case 'path':
        return walkPath(part, place);
      case 'name':
        return look(part, place);
      case 'variable':
        return part['value'] === '' ? place : part['value'] === '$' ? 'document' : 'elsewhere';
      // A function, of whatever it is given.
      case 'transform':
        return 'elsewhere';
      default:
        for (const [key, inside] of Object.entries(part)) {
          // Of what this node gives, whatever that is.
          if (!['predicate', 'stages', 'group'].includes(key)) walk(inside, place);
        }
        return 'elsewhere';
    }
  };

  const walkPath = (path: Node, place: Place): Place => {
    let at = place;
    for (const step of path['steps'] as readonly Node[]) {
      // It puts in order what is there.
      const given = step['type'] === 'sort' ? (walk(step['terms'], at), at) : walk(step, at);
      for (const key of ['predicate', 'stages']) walk(step[key], given);
      // `@$item` binds what it finds, and stays where it is.
      at = typeof step['focus'] === 'string' ? at : given;
    }
    walk(path['group'], at);
    return at;
  };

  const look = ({ value, position }: Node, place: Place): Place => {
    if (place === 'elsewhere') return place;
    const name = String(value);
    found.push({ name, in: place, position: position as number | undefined });
    return place === 'document' && name === 'answers' ? 'answer' : 'elsewhere';
  };

  walk(ast, 'document');
  return found;
}

/**
 * Whether what it comes to may depend on the document: one that depends on nothing is true, or false, whatever was answered. What
 * is put together at run time may name anything.
 */
export function dependsOnDocument(ast: unknown): boolean {
  if (lookedUp(ast).length > 0) return true;
  const walk = (part: unknown): boolean => {
    if (!isNode(part)) return false;
    const { type, value } = part;
    if (['wildcard', 'descendant', 'parent'].includes(String(type))) return true;
    if (type === 'variable' && ['', '$', 'eval'].includes(String(value))) return true;
    return Object.values(part).some(walk);
  };
  return walk(ast);
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null;
}
