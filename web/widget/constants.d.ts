// What the build knows, and puts in place of these names.

/** The version of Frontdesk. */
declare const VERSION: string
/** The file with `start`, as it is called in this build: widget/bundle.ts, or widget/lazy.ts. */
declare const FILE: string
/** Files that come when a page asks for what is in them; `Desk.fetch` brings them. */
declare const COMPATIBILITY_FILE: string
declare const SERVICE_FILE: string
declare const MORE_FILE: string
declare const HEADLESS_FILE: string
declare const SITE_FILE: string
declare const BRAND_FILE: string
/** The codes of our languages. */
declare const LANGUAGES: readonly string[]
/** Stands in the name of each of their files: `<code>.<hash>.js`. */
declare const LANGUAGES_HASH: string
