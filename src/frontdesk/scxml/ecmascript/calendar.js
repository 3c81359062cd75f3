// `_genesys.session`: what the node, its lists, options and calendars say, as the world has it at this step.
(function (kit) {
  'use strict'
  const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
  const MINUTE_MS = 60_000
  const told = () => kit.world().session ?? {}
  const own = (object, name) => (object && Object.hasOwn(object, name) ? object[name] : undefined)

  // The time in a zone, as a date whose UTC parts are the zone's; a zone that nobody knows has none.
  function inZone(zone) {
    return new Date(Date.now() + offset(zone) * MINUTE_MS)
  }
  function offset(zone) {
    const name = String(zone ?? '').trim()
    if (['', 'UTC', 'GMT', 'Z'].includes(name.toUpperCase())) return 0
    const known = own(told().zones, name)
    if (known !== undefined) return known
    const written = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/i.exec(name)
    if (written === null) throw new RangeError(`the time zone ${name} is not known`)
    return (written[1] === '-' ? -1 : 1) * (Number(written[2]) * 60 + Number(written[3] ?? 0))
  }
  const clock = (date) => date.toISOString().slice(11, 16)

  function entry(list, item) {
    const found = own(own(told().lists, list), item)
    return found !== null && typeof found === 'object' ? { ...found } : found
  }

  return function (tables) {
    return tables('session', {
      get tenant() {
        return told().tenant
      },
      get tenantid() {
        return told().tenantid
      },
      get server() {
        return kit.readOnly({ ...told().server })
      },
      setTenant(name) {
        if (name !== told().tenant) throw new RangeError(`there is no tenant ${name} here`)
      },
      getListItemValue(list, item, key) {
        const found = entry(list, item)
        if (key === undefined || typeof found !== 'object') return found
        return own(found, key) ?? ''
      },
      listLookupValue: entry,
      getConfigOption(option, _order, section) {
        const found = own(own(told().options, section), option) ?? own(told().options, option)
        return typeof found === 'string' ? found : ''
      },
      timeInZone: (zone) => inZone(zone).toISOString().slice(11, 19),
      dateInZone: (zone) => inZone(zone).toISOString().slice(0, 10),
      dayInZone: (zone) => DAYS[inZone(zone).getUTCDay()],
      // day: a date, or its text `2026-12-25`; without one it is today, in the zone.
      isSpecialDay(table, day, zone, useTime) {
        const now = inZone(zone)
        const asked = day === undefined || day === null || day === '' ? now : new Date(day)
        if (Number.isNaN(asked.getTime())) throw new RangeError(`${day} is no day`)
        const date = asked.toISOString().slice(0, 10)
        const names = [date, date.slice(5), DAYS[asked.getUTCDay()].toLowerCase()]
        const time = clock(now)
        return (own(told().days, table) ?? []).some(
          ({ day, since = '00:00', until = '24:00' }) =>
            names.includes(day.toLowerCase()) && (!useTime || (since <= time && time < until)),
        )
      },
    })
  }
})
