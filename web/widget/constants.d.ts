// What the build knows, and puts in place of these names.

/** The version of Frontdesk. */
declare const VERSION: string
/** Stands in the names of all files that `Desk.fetch` brings: `<name>.<hash>.js`. */
declare const HASH: string
/** The codes of our languages. */
declare const LANGUAGES: readonly string[]
