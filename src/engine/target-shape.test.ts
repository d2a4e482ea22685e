import { describe, expect, it } from 'vitest';
import { openClient, openTarget } from './target-shape.js';

const nothing = () => Promise.resolve();
const target = { setup: nothing, reset: nothing, client: nothing, read: nothing, close: nothing };

describe('what a target gives', () => {
  it('is let through where nothing is missing', () => {
    expect(openTarget(target as never)).toBe(target);
    const client = { close: nothing };
    expect(openClient(client as never)).toBe(client);
  });

  it('is told of by all that is missing, before anything is called', () => {
    expect(() => openTarget({ ...target, read: undefined, close: 5 } as never)).toThrow(
      "What this target's open() gave has no read(), close(): expected setup(), reset(), client(), read(), close()",
    );
    for (const odd of [undefined, null, 'client']) {
      expect(() => openClient(odd as never)).toThrow("What this target's client() gave has no close()");
    }
  });
});
