// Names of properties that are ours alone: the build makes them short, the same way in every file.
//
// None of them is in the configuration of a page, in what commands take or events carry, in anything that is kept, or on
// the wire; nor is any of them said as text anywhere, which names.test.ts checks.

const NAMES = `
afterwardsView ajaxTimeoutMs asleepMs asynchronous atMs attachView author beginning bodyView buildForm builtIn bytesMax
cadence callbackValues codes configured cookies core counterView createSite dataUrl dayName dispatch draft dress
dropInvite echoed emojiAt emojiButton emojiMenu engine eyes fact factor failedView fastestMs faults focused following
forgetExceptions getBack goLive guarded handOut handedText hasAgent hasBegunTranscript hasNoFooter hasSaved hasSocket
hasValues health hearPoll hurry idleExpiresS idleView interaction isActive isAsync isBot isBundle isChosen isCut
isDisconnected isEnabled isEnded isHidden isHtml isImmutable isLeaving isLoading isLocked isMinimized isMobile
isNewRefusal isNewest isOffline isOpen isReady isRestored isStarted isStructured isTooOld isValid isWhole keeping
keepsCookies languages life listened live loseChatServer members messageCharsMax moreCommands mount needsAgent nextAlert
nextIndex nowMs offerSurvey oldestIndex onSubscribe original originals outcome overlays pageData pageEvents partyId
partyIds people phase pingMs pollExceptionsMax pollOnce poller prepare preprocess quick readyMs recall refine relieve
replayed requireNobody reread restoreTimeoutMs retryAfter retryAfterS richView said sanitised saved savedId serviceName
sharingView showButton shown signs sleeps slowestMs speak spoken startPolling startRequest staysClosed stopPolling
subscribersOf takeBack takeHistory takeLimits timeoutMs translate transportType trouble uploadTimeoutMs uploadView
useFilters v2Rest warned whenReady withoutEchoes
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
