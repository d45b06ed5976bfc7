import { z } from 'zod'
import { question } from '#kit/question.ts'
import { storageQuestion } from '../storage-question.ts'

/** The questions of PostgreSQL with pgvector. */
export const settings = z.strictObject({
  storage: storageQuestion('20Gi'),
  maxConnections: question(z.int().min(20).max(500).default(100), {
    title: { en: 'Connections at the same time', nl: 'Verbindingen tegelijk' },
    help: {
      en: 'An app often keeps five to twenty open. Each takes some megabytes of memory.',
      nl: 'Een app houdt er vaak vijf tot twintig open. Elke verbinding kost enkele megabytes geheugen.',
    },
  }),
  cacheMB: question(z.int().min(64).max(1024).default(256), {
    title: { en: 'Memory for the cache (MB)', nl: 'Geheugen voor de cache (MB)' },
    help: {
      en: 'About a quarter of the memory limit. More reads less from the disk.',
      nl: 'Ongeveer een kwart van de geheugenlimiet. Meer leest minder van de schijf.',
    },
  }),
  indexMemoryMB: question(z.int().min(64).max(448).default(128), {
    title: { en: 'Memory to build an index (MB)', nl: 'Geheugen om een index te maken (MB)' },
    help: {
      en: 'An index over many vectors is built much faster when it fits. It comes on top of the cache.',
      nl: 'Een index over veel vectoren is veel sneller klaar als hij erin past. Het komt boven op de cache.',
    },
    advanced: true,
  }),
  longestQuerySeconds: question(z.int().min(0).max(86_400).default(0), {
    title: { en: 'Longest query (seconds)', nl: 'Langste opdracht (seconden)' },
    help: {
      en: 'What takes longer is broken off. 0: no limit.',
      nl: 'Wat langer duurt wordt afgebroken. 0: geen grens.',
    },
    advanced: true,
  }),
  slowQuerySeconds: question(z.int().min(0).max(3600).default(0), {
    title: {
      en: 'Write down queries slower than (seconds)',
      nl: 'Noteer opdrachten trager dan (seconden)',
    },
    help: {
      en: 'Their text goes to the logs, with the values in it: those can be personal data. 0: none.',
      nl: 'Hun tekst komt in de logs, met de waarden erin: dat kunnen persoonsgegevens zijn. 0: geen.',
    },
    advanced: true,
  }),
})
