/** Which channels belong together, and which of them can be tried without an account. Pure. */

export const FAMILIES = ['site', 'wechat', 'weibo', 'sms', 'mail', 'api', 'other'] as const
export type Family = (typeof FAMILIES)[number]

const OF: Record<string, Family> = {
  webchat: 'site', wechat: 'wechat', wechat_mini: 'wechat', wechat_kf: 'wechat', weibo: 'weibo',
  twilio: 'sms', aliyun: 'sms', tencent: 'sms', smpp: 'sms', sms: 'sms', email: 'mail', console: 'api',
}
/** Those that `yizhan simulate` plays (server/simulate.py). */
const PLAYED = new Set(['wechat', 'wechat_mini', 'wechat_kf', 'weibo', 'twilio', 'aliyun', 'tencent', 'smpp', 'email'])

export function familyOf(channel: string): Family {
  return OF[channel] ?? 'other'
}

interface Named {
  name: string
  title: { zh: string; en: string }
  about: { zh: string; en: string }
}

/** The channels that suit what was typed, by family; both languages are searched whichever is shown. */
export function grouped<T extends Named>(channels: readonly T[], typed: string): { family: Family; channels: T[] }[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const text = ({ name, title, about }: T) => `${name} ${title.zh} ${title.en} ${about.zh} ${about.en}`.toLowerCase()
  const suits = (channel: T) => words.every((word) => text(channel).includes(word))
  return FAMILIES.map((family) => ({ family, channels: channels.filter((one) => familyOf(one.name) === family && suits(one)) })).filter(
    (group) => group.channels.length > 0,
  )
}

/** What to type to try a channel without an account; empty for those that need none. A simulator adds its own secret. */
export function command(channel: string, inbox: { id: string; address: string }, webhook: boolean): string {
  if (!PLAYED.has(channel)) return ''
  const own = inbox.id === `demo-${channel.replaceAll('_', '-')}`
  return ['yizhan simulate', channel, ...(webhook && !own ? [`--hook ${inbox.address.split('?')[0]}`] : [])].join(' ')
}
