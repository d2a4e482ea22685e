import { shopTarget } from '../../bench/shop-target.js';

const options = { sync: 'auto', insecure: false } as const;

/** The shop at whatever address it is given, for a process of its own. */
const target: ReturnType<typeof shopTarget> = {
  ...shopTarget({ baseUrl: 'http://127.0.0.1', ...options }),
  open(context) {
    const { host, port } = context.address('http');
    return shopTarget({ baseUrl: `http://${host}:${port}`, ...options }).open(context);
  },
};
export default target;
