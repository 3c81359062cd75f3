// Commands of WebChatService that a plain chat does without: a file of its own, that comes when one of them is called.

import type { Json, Supports } from '../../shared/transport'
import type { Plugin } from '../../shared/types'
import type { Engine } from './engine'
import { fileCommands } from './files'
import { mergedFilters, readFilters } from './filters'
import { followingCommands } from './following'
import { historyCommands } from './history'
import { isText, numberOf, textOf } from './json'
import { type PreProcessor, preprocessed } from './preprocessing'
import * as refusals from './refusals'
import { Rejection } from './rejection'
import type { Restoring } from './restoring'
import type { Command, Commands } from './service'

export { restore } from './restore'
export { v2Rest } from './transports/v2rest'

/** What commands need of a transport, and how they are refused without it. */
const NEEDS: Record<string, [what: keyof Supports, refusal: string]> = {
  sendCustomNotice: ['customNotice', refusals.NO_CUSTOM_NOTICE],
  sendFile: ['fileUpload', refusals.NO_UPLOAD],
  downloadFile: ['fileDownload', refusals.NO_DOWNLOAD],
  getFileLimits: ['fileLimits', refusals.NO_FILE_LIMITS],
  verifySession: ['verify', refusals.NO_VERIFY],
  startPoll: ['polling', refusals.NO_POLLING],
  stopPoll: ['polling', refusals.NO_POLLING],
  pausePoll: ['polling', refusals.NO_POLLING],
  resetPollExceptions: ['pollExceptions', refusals.NO_POLL_EXCEPTIONS],
}

/** `sendMessage` is the service's own. */
export function moreCommands(
  engine: Engine,
  restoring: Restoring,
  plugin: Plugin,
  sendMessage: Command,
): Commands {
  const commands: Commands = {
    ...sayingCommands(engine, sendMessage),
    async getTranscript() {
      const { session } = engine
      const again = session?.isCut && (await engine.transport.refresh(session.credentials, 1))
      const { messages = [], originals = [] } =
        (again && again.outcome === 'done' ? session?.reread(again.events) : session) ?? {}
      return { messages: [...messages], originalMessages: [...originals] }
    },
    getAgents: () => ({ agents: { ...engine.session?.people.agents } }),
    updateUserData(data) {
      const userData = { ...plugin.data<Json>('userData'), ...data }
      plugin.data('userData', userData)
      if (!engine.isActive()) return { ...userData }
      if (!engine.transport.supports.userData) throw new Rejection(refusals.NO_USER_DATA)
      return engine.request((who) => engine.transport.updateUserData(who, data))
    },
    ...fileCommands(engine),
    ...followingCommands(engine, plugin),
    ...historyCommands(engine, restoring),
  }
  for (const [name, [what, refusal]] of Object.entries(NEEDS)) {
    const command = commands[name] as Command
    commands[name] = (data, call) => {
      if (!engine.transport.supports[what]) throw new Rejection(refusal)
      return command(data, call)
    }
  }
  return commands
}

function sayingCommands(engine: Engine, sendMessage: Command): Commands {
  const preprocessors: PreProcessor[] = []
  const add = (given: unknown, isComplete = true) => {
    const filters = readFilters(given)
    if (!filters || !isComplete) throw new Rejection(refusals.BAD_FILTERS)
    engine.useFilters(mergedFilters(engine.eyes.filters, filters))
  }
  return {
    sendCustomNotice({ message, eventAttributes }) {
      const text = message === undefined ? undefined : textOf(message)
      return engine.request((who) => engine.transport.notice(who, text, eventAttributes as Json | undefined))
    },
    sendFilteredMessage(data, call) {
      if (!engine.isActive()) throw new Rejection(refusals.NO_SESSION)
      add(data['regex'], isText(data['message']))
      // The caller does not wait; `error` or `disconnected` tells it.
      Promise.resolve(data)
        .then((data) => sendMessage(data, call))
        .catch(() => {})
    },
    addPrefilter({ filters }) {
      add(filters)
      return [...engine.eyes.filters]
    },
    registerPreProcessor({ preprocessor }) {
      if (typeof preprocessor !== 'function') throw new Rejection(refusals.noPreProcessor(preprocessor))
      preprocessors.push(preprocessor as PreProcessor)
      engine.eyes.preprocess = (message) => preprocessed(message, preprocessors)
      return preprocessor
    },
    pushUrl: ({ url }) => engine.request((who) => engine.transport.pushUrl(who, textOf(url)), true),
    updateNickname: ({ nickname }) =>
      engine.request((who) => engine.transport.updateNickname(who, textOf(nickname)), true),
    /** By default everything that came was read. */
    sendReadReceipt({ index }) {
      const newest = engine.require().session.position - 1
      return engine.request((who) => engine.transport.readReceipt(who, numberOf(index) ?? newest))
    },
  }
}
