// Functions that say how the interaction is routed that is being routed, when there is one.
(function (kit) {
  'use strict'
  function ask(action, what) {
    const id = kit.interactions.keys().next().value
    kit.ask('queue', action, id === undefined ? what : { interactionid: id, ...what })
  }
  return {
    checkAgentState(check) {
      ask('checkagentstate', { check: Boolean(check) })
    },
    excludeAgents(agents) {
      const named = Array.isArray(agents) ? agents : String(agents ?? '').split(',')
      ask('excludeagents', { agents: named.map((name) => String(name).trim()).filter(Boolean) })
    },
    priorityTuning(useAge, usePredict, useObjective) {
      const [useage, usepredict, useobjective] = [useAge, usePredict, useObjective].map(Boolean)
      ask('prioritytuning', { useage, usepredict, useobjective })
    },
    setIdealAgent(...parts) {
      ask('setidealagent', { arguments: parts })
    },
  }
})
