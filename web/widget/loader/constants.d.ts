/** The file with `start`, as it is called in this build: widget/bundle.ts, or widget/lazy.ts. */
declare const FILE: string
/** The version of Frontdesk. */
declare const VERSION: string
