/** What crosses a process border or stands in a file: plain JSON, nothing that needs a class. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
