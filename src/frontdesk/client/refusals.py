"""The texts with which WebChatService refuses commands; programs may compare them.

Source:  webchat-service, section 3."""

INVALID_CONFIGURATION = "Invalid configuration"
INVALID_TRANSPORT = "Invalid transport configuration"
ALREADY_ACTIVE = "There is already an active chat session"
BAD_USER_DATA = "malformed data object provided in userData property"
CLOSED = "The chat service was closed"
NOT_ACTIVE = "There is no active chat session"
NO_SESSION = "No active chat session"
NO_TEXT = "No message text provided"
TOO_LONG = "Message length exceeds configured threshold of ({}) characters"
NO_CUSTOM_NOTICE = "This transport doesn't support sendCustomNotice command."
NO_USER_DATA = "This transport doesn't support updating userData during an active chat session."
PRIVATE_POLL = "Access Denied to private command. Only WebChatService is allowed to invoke this command."
POLL_BUSY = "previous poll has not finished."
NO_POLL = "This transport doesn't support polling."
NO_POLLING = "This transport doesn't support polling"
NO_POLL_EXCEPTIONS = "This transport doesn't support resetPollExceptions command."
NOT_POLLING = "Not currently polling. Ignoring command."
ALREADY_RESTORING = "Already restoring. Ignoring request."
RESTORE_ACTIVE = "Chat session is already active, ignoring restore command."
PRIVATE_RESTORE = (
    "Access Denied to private command. "
    "Only WebChatService is allowed to invoke this command in Non-Async mode."
)
NO_UPLOAD = "This transport doesn't support file uploads"
NO_DOWNLOAD = "This transport doesn't support file download."
NO_FILE_LIMITS = "This transport doesn't support getFileLimits command."
NO_FILE = "No file provided"
NOT_ASYNC = "Fetching history messages applies only to Asynchronous chat"
NO_MORE = "No more messages to fetch"
BAD_INPUT = (
    "Invalid value provided for the 'input' property. "
    "An HTML element reference to a textarea or text input is required."
)
NO_PREPROCESSOR = "No preprocessor function provided. Type provided was '{}'."
NO_VERIFY = "This transport doesn't support the verifySession command"
