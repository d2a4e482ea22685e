import { describe, expect, it } from 'vitest';
import { byId, productOf, refusalOf, wantedOf } from './cart.js';

const products = new Map([
  [1, { id: 1, name: 'Lamp', stock: 5 }],
  [2, { id: 2, name: 'Desk', stock: 1 }],
]);

describe('a cart', () => {
  it('asks once for a product that it names twice, for the sum, where it named it first', () => {
    const cart = [
      { productId: 2, quantity: 1 },
      { productId: 1, quantity: 2 },
      { productId: 2, quantity: 3 },
    ];
    expect(wantedOf(cart)).toEqual([
      { productId: 2, quantity: 4 },
      { productId: 1, quantity: 2 },
    ]);
    expect(byId(wantedOf(cart)).map((item) => item.productId)).toEqual([1, 2]);
  });

  it('is refused for the first product of which too little is there, and for no other', () => {
    const short = { productId: 2, quantity: 2 };
    expect(refusalOf([{ productId: 1, quantity: 6 }, short], products)).toMatchObject({ product: 'Lamp' });
    expect(refusalOf([{ productId: 1, quantity: 5 }, short], products)).toMatchObject({
      product: 'Desk',
      available: 1,
      requested: 2,
    });
  });

  it('is not refused when exactly enough of everything is there', () => {
    const all = [...products.values()].map(({ id, stock }) => ({ productId: id, quantity: stock }));
    expect(refusalOf(all, products)).toBeUndefined();
  });

  it('that names an unknown product is a mistake, and says which products there are', () => {
    expect(() => productOf(products, 7)).toThrow(TypeError);
    expect(() => productOf(products, 7)).toThrow('product 7; of those that it names, there are: 1, 2.');
  });
});
