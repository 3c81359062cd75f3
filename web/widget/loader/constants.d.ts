/** The file with `createPageBus` of widget/pagebus.ts, as it is called in this build. */
declare const BUS_FILE: string
/** The file with `start` of core/start.ts. */
declare const CORE_FILE: string
/** The version of Frontdesk. */
declare const VERSION: string
