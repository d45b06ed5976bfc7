import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of Chroma. */
export const settings = z.strictObject({
  storage: storageQuestion('10Gi'),
  maxRequestMB: question(z.int().min(1).max(512).default(40), {
    title: { en: 'Largest request (MB)', nl: 'Grootste verzoek (MB)' },
    help: {
      en: 'Larger batches of documents are refused.',
      nl: 'Grotere ladingen documenten worden geweigerd.',
    },
  }),
  allowReset: question(z.boolean().default(false), {
    title: { en: 'Apps may wipe everything', nl: 'Apps mogen alles wissen' },
    help: {
      en: 'One call deletes every collection at once. For trying things out only.',
      nl: 'Eén aanroep verwijdert alle verzamelingen tegelijk. Alleen om iets uit te proberen.',
    },
  }),
  migrate: question(z.boolean().default(true), {
    title: { en: 'Renew the data at an upgrade', nl: 'Gegevens vernieuwen bij een upgrade' },
    help: {
      en: 'A newer version brings the data to its own form at its start; there is no way back. Off: it refuses to start when that is needed.',
      nl: 'Een nieuwere versie zet de gegevens bij de start om naar haar eigen vorm; terug kan niet. Uit: ze weigert te starten als dat nodig is.',
    },
    advanced: true,
  }),
  checksum: question(z.enum(['md5', 'sha256']).default('md5'), {
    title: { en: 'Checksum of its table changes', nl: 'Controlegetal van tabelwijzigingen' },
    help: {
      en: 'Choose it before the first start: a database that was made with one does not start with the other.',
      nl: 'Kies dit voor de eerste start: een database die met het ene is gemaakt, start niet met het andere.',
    },
    labels: {
      md5: { en: 'MD5 (usual)', nl: 'MD5 (gewoon)' },
      sha256: { en: 'SHA-256', nl: 'SHA-256' },
    },
    advanced: true,
  }),
})
