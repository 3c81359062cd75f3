// Names of properties that are ours alone: the build makes them short, the same way in every file.
//
// None of them is in the configuration of a page, in what commands take or events carry, in anything that is kept, or on
// the wire; nor is any of them said as text anywhere, which names.test.ts checks.

const NAMES = `
ajaxTimeoutMs asleepMs asynchronous atMs beginning bytesMax callbackValues cookies dataUrl dispatch dress dropInvite
emojiAt fastestMs faults focused forgetExceptions getBack goLive guarded handedText handOut hasAgent
hasBegunTranscript hasNoFooter hasSaved hasSocket hasValues hearPoll hurry idleExpiresS interaction isActive isBundle
isChosen isCut isDisconnected isEnabled isEnded isHidden isImmutable isLeaving isLoading isLocked isMinimized isMobile
isNewRefusal isOffline isOpen isReady isStarted isStructured isTooOld isValid isWhole keeping keepsCookies languages
listened loseChatServer messageCharsMax mount needsAgent nextAlert nextIndex nowMs oldestIndex onSubscribe originals
outcome pageEvents partyIds pingMs poller pollExceptionsMax pollOnce readyMs relieve replayed requireNobody
restoreTimeoutMs retryAfter retryAfterS savedId serviceName slowestMs speak startPolling staysClosed stopPolling
subscribersOf takeBack takeHistory translate transportType uploadTimeoutMs useFilters whenReady
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
