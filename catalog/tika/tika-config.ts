import type { z } from 'zod'
import type { settings } from './settings.ts'

const mebibyte = 1024 * 1024
const ocr = 'org.apache.tika.parser.ocr.TesseractOCRParser'
const pdf = 'org.apache.tika.parser.pdf.PDFParser'

function parser(name: string, parameters: readonly (readonly [string, string, unknown])[]): string {
  const lines = parameters.map(
    ([parameter, type, value]) =>
      `        <param name="${parameter}" type="${type}">${value}</param>`,
  )
  return [
    `    <parser class="${name}">`,
    '      <params>',
    ...lines,
    '      </params>',
    '    </parser>',
  ].join('\n')
}

/**
 * Tika's configuration. The process that parses is apart from the one that answers, and is replaced when a document takes too
 * long or too much memory. Every value is one of ours or a number: nothing has to be escaped.
 */
export function tikaConfig(answers: z.output<typeof settings>): string {
  const pdfs = parser(pdf, [['ocrStrategy', 'string', answers.scannedPages]])
  const pictures = parser(ocr, [
    ['language', 'string', answers.language],
    ['timeoutSeconds', 'int', answers.pictureSeconds],
    ['maxFileSizeToOcr', 'long', answers.largestPictureMB * mebibyte],
  ])
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<properties>',
    '  <parsers>',
    '    <parser class="org.apache.tika.parser.DefaultParser">',
    `      <parser-exclude class="${pdf}"/>`,
    `      <parser-exclude class="${ocr}"/>`,
    '    </parser>',
    pdfs,
    ...(answers.scannedPages === 'no_ocr' ? [] : [pictures]),
    '  </parsers>',
    '  <server>',
    '    <params>',
    '      <noFork>false</noFork>',
    `      <taskTimeoutMillis>${answers.documentSeconds * 1000}</taskTimeoutMillis>`,
    '      <returnStackTrace>false</returnStackTrace>',
    '      <enableUnsecureFeatures>false</enableUnsecureFeatures>',
    '    </params>',
    '  </server>',
    '</properties>',
    '',
  ].join('\n')
}
