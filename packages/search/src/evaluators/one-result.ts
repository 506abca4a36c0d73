/** What an evaluation of one genome may give: numbers, or the word that it was discarded. */
export type OneResult<R> = { readonly [K in keyof R]: K extends 'discarded' ? string | undefined : number | undefined };

/** The names of the numbers in it. */
export type NamesOf<R> = R extends { readonly discarded: string } ? never : Exclude<keyof R & string, 'discarded'>;
