import { z } from 'zod'
import { question } from '#kit/question.ts'

/** The questions of Tika. */
export const settings = z.strictObject({
  scannedPages: question(z.enum(['auto', 'no_ocr', 'ocr_and_text', 'ocr_only']).default('auto'), {
    title: { en: 'Scans and pictures', nl: 'Scans en afbeeldingen' },
    help: {
      en: 'Whether text is recognised in scanned pages and pictures. It takes many times longer than reading text.',
      nl: 'Of tekst in gescande pagina’s en afbeeldingen wordt herkend. Dat duurt vele malen langer dan tekst lezen.',
    },
    labels: {
      auto: {
        en: 'Where a page has hardly any text',
        nl: 'Waar een pagina bijna geen tekst heeft',
      },
      no_ocr: { en: 'Never', nl: 'Nooit' },
      ocr_and_text: { en: 'Always, beside the text', nl: 'Altijd, naast de tekst' },
      ocr_only: { en: 'Always, instead of the text', nl: 'Altijd, in plaats van de tekst' },
    },
  }),
  language: question(
    z.enum(['eng', 'deu', 'fra', 'ita', 'spa', 'eng+deu+fra']).default('eng+deu+fra'),
    {
      title: { en: 'Language of scans', nl: 'Taal van scans' },
      help: {
        en: 'Used when the app that asks names none. The image has no Dutch; several languages at once are slower.',
        nl: 'Gebruikt als de vragende app geen taal noemt. De image heeft geen Nederlands; meer talen tegelijk is trager.',
      },
      labels: {
        eng: { en: 'English', nl: 'Engels' },
        deu: { en: 'German', nl: 'Duits' },
        fra: { en: 'French', nl: 'Frans' },
        ita: { en: 'Italian', nl: 'Italiaans' },
        spa: { en: 'Spanish', nl: 'Spaans' },
        'eng+deu+fra': { en: 'English, German and French', nl: 'Engels, Duits en Frans' },
      },
    },
  ),
  documentSeconds: question(z.int().min(30).max(3600).default(300), {
    title: {
      en: 'Longest time per document (seconds)',
      nl: 'Langste tijd per document (seconden)',
    },
    help: {
      en: 'After that the work is stopped, and everything else that is being read at that moment with it.',
      nl: 'Daarna wordt het werk gestopt, en daarmee ook alles wat op dat moment verder wordt gelezen.',
    },
  }),
  pictureSeconds: question(z.int().min(10).max(1800).default(120), {
    title: {
      en: 'Longest time per scanned page (seconds)',
      nl: 'Langste tijd per scan (seconden)',
    },
    help: {
      en: 'A page that takes longer is left out.',
      nl: 'Een pagina die langer duurt, wordt overgeslagen.',
    },
    advanced: true,
  }),
  largestPictureMB: question(z.int().min(1).max(500).default(50), {
    title: { en: 'Largest picture (MB)', nl: 'Grootste afbeelding (MB)' },
    help: {
      en: 'Larger ones are not read, which saves memory.',
      nl: 'Grotere worden niet gelezen; dat spaart geheugen.',
    },
    advanced: true,
  }),
})
