import type { Text } from '#api/names.ts'
import type { ProblemCode } from '#api/problem.ts'

/** What each code is called, and what its reader can do when the error itself says nothing better. */
export const problemTexts: Record<ProblemCode, { readonly title: Text; readonly next: Text }> = {
  'request-invalid': {
    title: {
      en: 'The request is not as the contract says',
      nl: 'Het verzoek is niet zoals het contract zegt',
    },
    next: {
      en: 'Correct what is listed and send it again; /openapi.json has the shape.',
      nl: 'Verbeter wat hier staat en verstuur het opnieuw; /openapi.json heeft de vorm.',
    },
  },
  unauthenticated: {
    title: { en: 'Sign in first', nl: 'Meld je eerst aan' },
    next: {
      en: 'Open a new sign-in link, or send a token as "Authorization: Bearer <token>".',
      nl: 'Open een nieuwe aanmeldlink, of stuur een token als "Authorization: Bearer <token>".',
    },
  },
  forbidden: {
    title: { en: 'You may not do this', nl: 'Dit mag je niet doen' },
    next: {
      en: 'Ask an owner of the platform for the right, or sign in with another account.',
      nl: 'Vraag een eigenaar van het platform om het recht, of meld je met een ander account aan.',
    },
  },
  'not-found': {
    title: { en: 'There is no such thing', nl: 'Dit bestaat niet' },
    next: {
      en: 'Check the spelling, or list what there is.',
      nl: 'Controleer de spelling, of bekijk de lijst van wat er is.',
    },
  },
  'method-not-allowed': {
    title: { en: 'This address does not take that method', nl: 'Dit adres kent die methode niet' },
    next: {
      en: 'Use one of the methods in the Allow header.',
      nl: 'Gebruik een van de methoden in de header Allow.',
    },
  },
  'request-timeout': {
    title: {
      en: 'The request took too long to arrive',
      nl: 'Het verzoek deed er te lang over om aan te komen',
    },
    next: {
      en: 'Send it again over a better connection.',
      nl: 'Verstuur het opnieuw over een betere verbinding.',
    },
  },
  conflict: {
    title: { en: 'Something else is happening to it', nl: 'Er gebeurt al iets anders mee' },
    next: {
      en: 'Wait for the running operation to end, then try again.',
      nl: 'Wacht tot de lopende bewerking klaar is en probeer het opnieuw.',
    },
  },
  'name-taken': {
    title: { en: 'The name is taken', nl: 'De naam is bezet' },
    next: {
      en: 'Choose another name, or update the deployment that has it.',
      nl: 'Kies een andere naam, of wijzig de uitrol die hem heeft.',
    },
  },
  'in-use': {
    title: { en: 'Something else uses it', nl: 'Iets anders gebruikt het' },
    next: {
      en: 'Delete what uses it first, or bind that to something else.',
      nl: 'Verwijder eerst wat het gebruikt, of koppel dat aan iets anders.',
    },
  },
  stale: {
    title: { en: 'It changed since you read it', nl: 'Het is veranderd sinds je het las' },
    next: {
      en: 'Read it again, look at what changed, and send your change with the new etag.',
      nl: 'Lees het opnieuw, bekijk wat er veranderde en verstuur je wijziging met de nieuwe etag.',
    },
  },
  'body-too-large': {
    title: { en: 'The body is too large', nl: 'De inhoud is te groot' },
    next: {
      en: 'Send less; large settings belong in the app itself.',
      nl: 'Verstuur minder; grote instellingen horen in de app zelf.',
    },
  },
  'url-too-long': {
    title: { en: 'The address is too long', nl: 'Het adres is te lang' },
    next: {
      en: 'Send fewer or shorter query parameters.',
      nl: 'Verstuur minder of kortere parameters.',
    },
  },
  'unsupported-media-type': {
    title: { en: 'Only JSON is understood', nl: 'Alleen JSON wordt begrepen' },
    next: {
      en: 'Send the body as "Content-Type: application/json".',
      nl: 'Verstuur de inhoud als "Content-Type: application/json".',
    },
  },
  'settings-invalid': {
    title: { en: 'The settings do not fit the app', nl: 'De instellingen passen niet bij de app' },
    next: {
      en: 'Correct the settings that are listed; the app page tells what each one takes.',
      nl: 'Verbeter de instellingen die hier staan; de pagina van de app zegt wat elk aanneemt.',
    },
  },
  'namespace-unknown': {
    title: { en: 'There is no such namespace', nl: 'Die namespace bestaat niet' },
    next: {
      en: 'Choose one you may use, or have it prepared with POST /api/v1/namespaces.',
      nl: 'Kies er een die je mag gebruiken, of laat hem voorbereiden.',
    },
  },
  'module-refused': {
    title: {
      en: 'The module of the app was refused',
      nl: 'De module van de app is geweigerd',
    },
    next: {
      en: 'Put right what is listed, in the module itself; kade module check says the same without sending anything.',
      nl: 'Verbeter wat hier staat, in de module zelf; kade module check zegt hetzelfde zonder iets te versturen.',
    },
  },
  'app-unknown': {
    title: { en: 'There is no such app', nl: 'Die app bestaat niet' },
    next: {
      en: 'Choose an app from the catalogue, GET /api/v1/apps.',
      nl: 'Kies een app uit de catalogus.',
    },
  },
  'cluster-unknown': {
    title: { en: 'There is no such cluster', nl: 'Dat cluster bestaat niet' },
    next: {
      en: 'Choose one of GET /api/v1/clusters, or leave the choice to Kade.',
      nl: 'Kies een van de clusters, of laat de keuze aan Kade.',
    },
  },
  'policy-denied': {
    title: {
      en: 'A policy does not allow this configuration',
      nl: 'Een regel staat deze configuratie niet toe',
    },
    next: {
      en: 'Apply the fix of each finding, or ask its approver for an exception.',
      nl: 'Pas de oplossing van elke bevinding toe, of vraag de genoemde beoordelaar om een uitzondering.',
    },
  },
  'quota-exceeded': {
    title: {
      en: 'The namespace has no room for this',
      nl: 'De namespace heeft hier geen ruimte voor',
    },
    next: {
      en: 'Ask for less, or free something in the namespace.',
      nl: 'Vraag minder, of maak iets vrij in de namespace.',
    },
  },
  'no-placement': {
    title: {
      en: 'No cluster can take this deployment',
      nl: 'Geen cluster kan deze uitrol opnemen',
    },
    next: {
      en: 'Ask for less, or choose another cluster.',
      nl: 'Vraag minder, of kies een ander cluster.',
    },
  },
  'not-yet-supported': {
    title: { en: 'Kade cannot do this yet', nl: 'Dit kan Kade nog niet' },
    next: {
      en: 'Leave the field out.',
      nl: 'Laat het veld weg.',
    },
  },
  'idempotency-key-reused': {
    title: {
      en: 'The idempotency key belongs to another request',
      nl: 'De Idempotency-Key hoort bij een ander verzoek',
    },
    next: {
      en: 'Use a new Idempotency-Key for a new request.',
      nl: 'Gebruik een nieuwe Idempotency-Key voor een nieuw verzoek.',
    },
  },
  'too-many-requests': {
    title: { en: 'Too many requests', nl: 'Te veel verzoeken' },
    next: {
      en: 'Wait as long as the Retry-After header says.',
      nl: 'Wacht zo lang als de header Retry-After zegt.',
    },
  },
  'headers-too-large': {
    title: { en: 'The headers are too large', nl: 'De headers zijn te groot' },
    next: {
      en: 'Send fewer or shorter headers; clearing the cookies of this site may help.',
      nl: 'Verstuur minder of kortere headers; de cookies van deze site wissen kan helpen.',
    },
  },
  internal: {
    title: { en: 'Kade failed', nl: 'Er ging iets mis in Kade' },
    next: {
      en: 'Try again; if it stays, tell the people who run the platform the request id.',
      nl: 'Probeer het opnieuw; blijft het zo, geef dan het nummer van het verzoek aan wie het platform beheert.',
    },
  },
  'cluster-unreachable': {
    title: { en: 'The cluster does not answer', nl: 'Het cluster antwoordt niet' },
    next: {
      en: 'Try again later; what runs there goes on running.',
      nl: 'Probeer het later opnieuw; wat er draait, blijft draaien.',
    },
  },
  'database-unreachable': {
    title: { en: 'The database does not answer', nl: 'De database antwoordt niet' },
    next: {
      en: 'Try again in a moment.',
      nl: 'Probeer het zo meteen opnieuw.',
    },
  },
  'sandbox-unavailable': {
    title: {
      en: 'The app from outside cannot be evaluated now',
      nl: 'De app van buiten kan nu niet worden geëvalueerd',
    },
    next: {
      en: 'Try again in a moment. Nothing was changed.',
      nl: 'Probeer het zo meteen opnieuw. Er is niets gewijzigd.',
    },
  },
}
