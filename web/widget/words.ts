// What the widget says, in both languages of the house.

/** A range in one unit: in minutes from two minutes on. */
function span(low: number, high: number, seconds: string, minutes: string): string {
  const [size, unit] = high >= 120 ? [60, minutes] : [1, seconds]
  const [first, last] = [Math.max(1, Math.round(low / size)), Math.max(1, Math.round(high / size))]
  return first === last ? `${last} ${unit}` : `${first}–${last} ${unit}`
}

const zh = {
  open: '打开在线客服', close: '收起', title: '在线客服', send: '发送', attach: '发送图片或文件', write: '输入消息…',
  log: '聊天记录', online: '在线', offline: '正在连接…', gone: '暂时无法连接，消息会在恢复后发出', refused: '无法打开会话',
  bot: '智能助手', agent: '客服', system: '系统', me: '我', typing: '对方正在输入…', waiting: '正在为您转接人工',
  queue: (n: number) => (n > 1 ? `排队中，您前面还有 ${n - 1} 位` : '您是下一位，请稍候'),
  wait: (low: number, high: number) => `，约 ${span(low, high, '秒', '分钟')}`,
  closed: '会话已结束', after: (when: string) => `现在是非工作时间，${when} 起有人值守。您可以先留言。`,
  away: '现在是非工作时间，您可以先留言。', begin: '开始咨询', required: '必填', wrong: '请检查格式', optional: '选填',
  rate: '请为本次服务打分', stars: (n: number) => `${n} 星`, comment: '还想告诉我们什么？（选填）', submit: '提交',
  thanks: '感谢您的评价', later: '以后再说', end: '结束会话', endSure: '确定结束会话？', yes: '结束', no: '取消',
  failed: '未送达', again: '重发', drop: '删除', sending: '等待发送', sent: '已发送', read: '已读', image: '图片', file: '文件',
  save: '下载', large: (mb: number) => `文件不能超过 ${mb} MB`, uploadFailed: '上传失败', older: '查看更早的消息',
  fresh: (n: number) => `${n} 条新消息`, location: '位置', filled: '已提交', choose: '请选择',
}

const en: typeof zh = {
  open: 'Open chat', close: 'Close', title: 'Chat with us', send: 'Send', attach: 'Send a picture or file',
  write: 'Write a message…', log: 'Conversation', online: 'Online', offline: 'Connecting…',
  gone: 'No connection just now. Your messages go out when it is back.', refused: 'The chat cannot be opened',
  bot: 'Assistant', agent: 'Agent', system: 'System', me: 'Me', typing: 'Typing…', waiting: 'Finding somebody for you',
  queue: (n) => (n > 1 ? `In the queue: ${n - 1} before you` : 'You are next'),
  wait: (low, high) => `, about ${span(low, high, 'seconds', 'minutes')}`, closed: 'This conversation has ended',
  after: (when) => `We are closed now and back on ${when}. You can leave a message.`,
  away: 'We are closed now. You can leave a message.', begin: 'Start', required: 'Required',
  wrong: 'Please check this', optional: 'optional', rate: 'How did we do?',
  stars: (n) => (n === 1 ? '1 star' : `${n} stars`), comment: 'Anything to add? (optional)', submit: 'Submit',
  thanks: 'Thank you', later: 'Not now', end: 'End chat', endSure: 'End this conversation?', yes: 'End', no: 'Cancel',
  failed: 'Not delivered', again: 'Send again', drop: 'Delete', sending: 'Waiting', sent: 'Sent', read: 'Read',
  image: 'Picture', file: 'File', save: 'Download', large: (mb) => `Files up to ${mb} MB`,
  uploadFailed: 'Upload failed', older: 'Earlier messages', fresh: (n) => `${n} new`, location: 'Location',
  filled: 'Submitted', choose: 'Please choose',
}

export type Words = typeof zh

export function words(language: string): Words {
  return isChinese(language) ? zh : en
}

export function isChinese(language: string): boolean {
  return language.toLowerCase().startsWith('zh')
}
