/** The document of a mail's frame, and how high it will be. Pure. */

const BODY = 'margin:0;padding:10px 12px;font:14px/1.6 system-ui,sans-serif;color:#1b2330;background:#fff;overflow-wrap:anywhere'

/** Styles stand in attributes: the page's policy lets no style sheet of a mail in. */
export function frameDocument(html: string): string {
  return `<!doctype html><html><head><meta charset="utf-8"><base target="_blank"></head><body style="${BODY}">${html}</body></html>`
}

const LINE = 23
const WIDE = 42

/** Chinese letters are twice as wide. */
function lines(text: string): number {
  const units = [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 2 : 1), 0)
  return Math.max(1, Math.ceil(units / (WIDE * 2)))
}

/** A guess in pixels, between a few lines and most of a window: blocks, breaks, rows and pictures have their height. */
export function guessedHeight(html: string): number {
  const words = html.replace(/<(script|style|head)[\s\S]*?<\/\1>/gi, '').replace(/\s+/g, ' ')
  const blocks = words.split(/<(?:br|\/p|\/div|\/tr|\/li|\/h[1-6]|hr|\/blockquote)[^>]*>/i)
  const text = blocks.map((block) => block.replace(/<[^>]*>/g, '').trim()).filter(Boolean)
  const pictures = [...words.matchAll(/<img\b[^>]*>/gi)].map(([tag]) => Number(/height="?(\d+)/i.exec(tag)?.[1] ?? 120))
  const gaps = (words.match(/<\/p>|<\/h[1-6]>/gi) ?? []).length * 14
  const sum = text.reduce((height, line) => height + lines(line) * LINE, 0) + pictures.reduce((height, one) => height + Math.min(one, 400), 0)
  return Math.round(Math.min(520, Math.max(72, sum + gaps + 34)))
}
