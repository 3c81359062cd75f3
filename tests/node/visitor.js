// A visitor on the official CometD client, doing what pages do: they never subscribe, take the first data
// message as the answer to their request, and ask again from their position whenever they were away.

export class Visitor {
  constructor(modules, options, tell) {
    this.tell = tell
    this.channel = options.channel
    this.position = 1
    this.identity = {}
    this.isAway = false
    this.cometd = new modules.CometD()
    for (const kind of this.cometd.getTransportTypes())
      if (!options.transports.includes(kind)) this.cometd.unregisterTransport(kind)
    if (options.acks) this.cometd.registerExtension('ack', new modules.AckExtension())
    this.cometd.configure({
      url: options.url,
      logLevel: 'error',
      useWorkerScheduler: false,
      backoffIncrement: 100,
      maxNetworkDelay: options.maxNetworkDelay ?? 10_000,
    })
    this.cometd.addListener('/meta/handshake', (message) => this.wasMeta(message))
    this.cometd.addListener('/meta/connect', (message) => this.wasMeta(message))
    this.cometd.addListener('/meta/unsuccessful', (message) => this.wasMeta(message))
    if (options.subscribes) {
      this.cometd.addListener('/meta/handshake', (message) => {
        if (message.successful) this.cometd.subscribe(this.channel, (pushed) => this.wasTold(pushed))
      })
    } else {
      this.cometd.addListener(this.channel, (message) => this.wasTold(message))
    }
  }

  wasMeta(message) {
    this.tell({ is: 'meta', channel: message.channel, successful: message.successful, error: message.error ?? '' })
    if (!message.successful) this.isAway = true
    else if (message.channel === '/meta/connect' && this.isAway) {
      this.isAway = false
      if (this.identity.secureKey) this.publish('requestNotifications', { transcriptPosition: this.position })
    }
  }

  wasTold(message) {
    const data = message.data
    if (data === undefined) return // The acknowledgement of what it published itself.
    for (const key of ['chatId', 'userId', 'secureKey', 'alias'])
      if (data[key]) this.identity[key] = data[key]
    for (const event of data.messages) this.position = Math.max(this.position, event.index + 1)
    this.tell({ is: 'data', data })
    if (data.chatEnded) this.cometd.disconnect()
  }

  publish(operation, fields) {
    const data = { operation, ...this.identity, ...fields }
    return new Promise((resolve) => this.cometd.publish(this.channel, data, (reply) => resolve(reply.successful)))
  }

  /** Carry out a command; its outcome. */
  do(command) {
    switch (command.do) {
      case 'handshake':
        return new Promise((resolve) => this.cometd.handshake((reply) => resolve(reply.successful)))
      case 'publish':
        return this.publish(command.operation, command.fields)
      case 'batch':
        this.cometd.batch(() => {
          for (const message of command.texts) this.publish('sendMessage', { message })
        })
        return Promise.resolve(true)
      case 'restore':
        Object.assign(this.identity, command.identity)
        return this.publish('requestNotifications', { transcriptPosition: 1 })
      case 'transport':
        return Promise.resolve(this.cometd.getTransport()?.type ?? '')
      case 'disconnect':
        return new Promise((resolve) => this.cometd.disconnect((reply) => resolve(reply.successful)))
      default:
        return Promise.reject(new Error(`there is no such command: ${command.do}`))
    }
  }
}
