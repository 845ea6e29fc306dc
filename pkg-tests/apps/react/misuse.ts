// Wrong uses, each of which the types must refuse; nothing here runs.
import { load, vafa } from 'vafa';

export const wrong = () => {
  // @ts-expect-error: a key is missing
  load({ api: 'https://club.example', program: 'demo' });
  // @ts-expect-error: no such corner
  load({ api: 'https://club.example', program: 'demo', key: 'pk_1', position: 'top' });
  // @ts-expect-error: an order has an id
  vafa.order({ total: 5 });
  // @ts-expect-error: a code is a text
  vafa.on('redeemed', ({ code }) => code.toFixed());
  // @ts-expect-error: a line has a product
  vafa.cart({ total: 5, items: [{ amount: 5 }] });
  // @ts-expect-error: no such call
  vafa.destroy();
};
