// The texts with which WebChatService refuses commands; programs may compare them: webchat-service, section 3.

const ACCESS = 'Access Denied to private command. Only WebChatService is allowed to invoke this command'
const LACKS = "This transport doesn't support "

export const INVALID_CONFIGURATION = 'Invalid configuration'
export const INVALID_TRANSPORT = 'Invalid transport configuration'
export const ALREADY_ACTIVE = 'There is already an active chat session'
export const BAD_USER_DATA = 'malformed data object provided in userData property'
export const NOT_ACTIVE = 'There is no active chat session'
export const NO_SESSION = 'No active chat session'
export const NO_TEXT = 'No message text provided'
export const tooLong = (max: number): string =>
  `Message length exceeds configured threshold of (${max}) characters`
export const NO_CUSTOM_NOTICE = `${LACKS}sendCustomNotice command.`
export const NO_USER_DATA = `${LACKS}updating userData during an active chat session.`
export const PRIVATE_POLL = `${ACCESS}.`
export const POLL_BUSY = 'previous poll has not finished.'
export const NO_POLLING = `${LACKS}polling`
export const NO_POLL = `${NO_POLLING}.`
export const NO_POLL_EXCEPTIONS = `${LACKS}resetPollExceptions command.`
export const NOT_POLLING = 'Not currently polling. Ignoring command.'
export const ALREADY_RESTORING = 'Already restoring. Ignoring request.'
export const RESTORE_ACTIVE = 'Chat session is already active, ignoring restore command.'
export const PRIVATE_RESTORE = `${ACCESS} in Non-Async mode.`
export const NO_UPLOAD = `${LACKS}file uploads`
export const NO_DOWNLOAD = `${LACKS}file download.`
export const NO_FILE_LIMITS = `${LACKS}getFileLimits command.`
export const NO_FILE = 'No file provided'
export const NOT_ASYNC = 'Fetching history messages applies only to Asynchronous chat'
export const NO_MORE = 'No more messages to fetch'
export const BAD_FILTERS =
  'Missing or invalid filters provided. Please provide a regular expression or an array of regular expressions.'
export const BAD_INPUT =
  "Invalid value provided for the 'input' property. An HTML element reference to a textarea or text input is required."
export const noPreProcessor = (given: unknown): string =>
  `No preprocessor function provided. Type provided was '${typeof given}'.`
export const NO_VERIFY = `${LACKS}the verifySession command`
