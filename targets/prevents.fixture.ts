/** In what a strategy says that it prevents: what it does not. */
export const SAYS_WHAT_NOT = /\b(no|not|neither|nothing)\b/i;
