import type { Row } from '../index';

/** What tokens may on the organization, and what disclosures tell. */
export const access = {
  'scope.organization.read': ['Read the organization and its log', 'Leggere l’organizzazione e il suo registro', 'Læse organisationen og dens log', 'De organisatie en haar logboek lezen'],
  'scope.organization.connections.write': ['Change connections', 'Modificare le connessioni', 'Ændre forbindelser', 'Verbindingen wijzigen'],
  'scope.organizationText': ['On the organization, a token may do what you may at that moment, and no more.', 'Nell’organizzazione un token può fare ciò che puoi fare tu in quel momento, e nulla di più.', 'I organisationen må et token det samme som dig på det tidspunkt, og ikke mere.', 'In de organisatie mag een token wat u op dat moment mag, en niet meer.'],
  'code.TOKEN_CREATOR_MAY_NOT': ['You may not do this in the organization yourself, so a token of yours may not either.', 'Tu stesso non puoi farlo nell’organizzazione, quindi nemmeno un tuo token.', 'Du må ikke selv gøre dette i organisationen, så det må dit token heller ikke.', 'U mag dit zelf niet in de organisatie, dus een token van u ook niet.'],
  'disclosures.whoToken': ['Service token {{id}}', 'Token di servizio {{id}}', 'Servicetoken {{id}}', 'Servicetoken {{id}}'],
  'disclosures.whose': ['Whose data', 'Dati di', 'Hvis data', 'Wiens gegevens'],
  'disclosures.shown': ['What was shown', 'Che cosa è stato mostrato', 'Hvad blev vist', 'Wat is getoond'],
  'disclosures.erased': ['Erased record', 'Record cancellato', 'Slettet post', 'Gewist record'],
  'disclosures.nothing': ['Nothing', 'Niente', 'Intet', 'Niets'],
  'disclosures.masked': ['Without the values of: {{names}}', 'Senza i valori di: {{names}}', 'Uden værdierne af: {{names}}', 'Zonder de waarden van: {{names}}'],
  'disclosed.notes_one': ['{{count}} note', '{{count}} nota', '{{count}} note', '{{count}} notitie'],
  'disclosed.notes_other': ['{{count}} notes', '{{count}} note', '{{count}} noter', '{{count}} notities'],
  'disclosed.calls_one': ['{{count}} call', '{{count}} chiamata', '{{count}} opkald', '{{count}} gesprek'],
  'disclosed.calls_other': ['{{count}} calls', '{{count}} chiamate', '{{count}} opkald', '{{count}} gesprekken'],
  'disclosed.emails_one': ['{{count}} e-mail', '{{count}} e-mail', '{{count}} e-mail', '{{count}} e-mail'],
  'disclosed.emails_other': ['{{count}} e-mails', '{{count}} e-mail', '{{count}} e-mails', '{{count}} e-mails'],
  'disclosed.meetings_one': ['{{count}} meeting', '{{count}} riunione', '{{count}} møde', '{{count}} afspraak'],
  'disclosed.meetings_other': ['{{count}} meetings', '{{count}} riunioni', '{{count}} møder', '{{count}} afspraken'],
  'disclosed.tasks_one': ['{{count}} task', '{{count}} attività', '{{count}} opgave', '{{count}} taak'],
  'disclosed.tasks_other': ['{{count}} tasks', '{{count}} attività', '{{count}} opgaver', '{{count}} taken'],
  'disclosed.deals_one': ['{{count}} deal', '{{count}} trattativa', '{{count}} handel', '{{count}} deal'],
  'disclosed.deals_other': ['{{count}} deals', '{{count}} trattative', '{{count}} handler', '{{count}} deals'],
  'org.log.for': ['{{token}} for {{person}}', '{{token}} per {{person}}', '{{token}} for {{person}}', '{{token}} voor {{person}}'],
  'org.log.token': ['Service token {{name}}', 'Token di servizio {{name}}', 'Servicetoken {{name}}', 'Servicetoken {{name}}'],
} as const satisfies Record<string, Row>;
