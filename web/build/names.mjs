// Names of properties that are ours alone: the build makes them short, the same way in every file.
//
// None of them is in the configuration of a page, in what commands take or events carry, in anything that is kept, or on
// the wire; nor is any of them said as text anywhere, or exported by a file that is fetched, for there it keeps its name:
// names.test.mjs checks both.

const NAMES = `
ajaxTimeoutMs arrived asleepMs asynchronous atMs author beginning builtIn bytesMax cadence callbackValues claim
codes configured cookies core dataUrl decide dispatch draft dress dropped emojiAt engine eyes fact factor fastestMs
faults focused following forget forgetExceptions getBack goLive guarded handOut handedText hasAgent hasBegunTranscript
hasNoFooter hasSaved hasSocket hasValues health hearPoll hurry idleExpiresS interaction isActive isAsync isAttended
isBot isBundle isChosen isCut isDisconnected isEnabled isEnded isHeard isHidden isHtml isImmutable isLeaving isLoading
isLocked isMinimized isMobile isNewRefusal isNewest isOffline isOnce isOpen isReady isRestored isStarted
isStructured isTooOld isValid isWhole keepsCookies knownId languages leads life listened live loseChatServer members
messageCharsMax mount needsAgent nextAlert nextIndex nowMs offeredMs oldestIndex onSubscribe onTurn original originals
outcome overlays pageData pageEvents partyId partyIds people phase pingMs pollExceptionsMax pollOnce poller prepare
preprocess quick readyMs recall relieve replayed requireNobody reread resign restoreTimeoutMs retryAfter retryAfterS
said saved savedId serviceName settle shown signs sleeps slowestMs speak spoken startPolling staysClosed stopPolling
subscribersOf takeBack takeHistory timeoutMinutes timeoutMs translate transportType trouble uploadTimeoutMs useFilters
wasIn whenReady
`
  .trim()
  .split(/\s+/)

// After an underscore, so that no name of a server or a page is met.
const short = (place) => `_${place.toString(36)}`

/** What terser shall do with properties. */
export const properties = { regex: new RegExp(`^(${NAMES.join('|')})$`) }
/** The short names, as terser remembers them. */
export const nameCache = () => ({
  props: { props: Object.fromEntries(NAMES.map((name, place) => [`$${name}`, short(place)])) },
})
export { NAMES }
