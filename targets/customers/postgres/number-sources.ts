/** Something that counts, beside the customers. Statements, each without parameters. */
export interface NumberSource {
  readonly setup: string;
  /** Sets the last number given. */
  readonly startAt: (last: number) => string;
  /** Reads it, as `value`. */
  readonly last: string;
}

/** A row that holds the last number given. */
export const COUNTER_ROW: NumberSource = {
  setup: 'create table counter (value int not null); insert into counter values (0)',
  startAt: (last) => `update counter set value = ${last}`,
  last: 'select value from counter',
};

/** `CREATE SEQUENCE customer_number`; `options` stand behind it. */
export function sequence(options = ''): NumberSource {
  return {
    setup: `create sequence customer_number ${options}`,
    startAt: (last) => `alter sequence customer_number restart with ${last + 1}`,
    last: 'select (last_value - (not is_called)::int)::int as value from customer_number',
  };
}
