import type { Row } from '../index';

export const orgfile = {
  'file.menu': ['Organization as a file', 'Organizzazione come file', 'Organisationen som fil', 'Organisatie als bestand'],
  'file.title': ['Organization as a file', 'Organizzazione come file', 'Organisationen som fil', 'Organisatie als bestand'],
  'file.text': ['Members, rules, roles and connections as one TOML file: keep it in a repository, change it, and apply it here. What the file does not name shall not be; a rule it does not name stays.', 'Membri, regole, ruoli e connessioni in un unico file TOML: conservalo in un repository, modificalo e applicalo qui. Ciò che il file non nomina non deve esserci; una regola non nominata resta.', 'Medlemmer, regler, roller og forbindelser i én TOML-fil: gem den i et repository, ændr den, og anvend den her. Det, filen ikke nævner, skal ikke være der; en regel, den ikke nævner, bliver.', 'Leden, regels, rollen en verbindingen in één TOML-bestand: bewaar het in een repository, wijzig het en pas het hier toe. Wat het bestand niet noemt, mag er niet zijn; een regel die het niet noemt, blijft.'],
  'file.download': ['Download the file', 'Scarica il file', 'Hent filen', 'Bestand downloaden'],
  'file.choose': ['Choose a file to apply', 'Scegli un file da applicare', 'Vælg en fil at anvende', 'Kies een bestand om toe te passen'],
  'file.other': ['Choose another file', 'Scegli un altro file', 'Vælg en anden fil', 'Kies een ander bestand'],
  'file.same': ['Everything is as {{file}} says.', 'Tutto è come dice {{file}}.', 'Alt er, som {{file}} siger.', 'Alles is zoals {{file}} zegt.'],
  'file.would_one': ['{{file}} would change {{count}} thing:', '{{file}} cambierebbe {{count}} cosa:', '{{file}} ville ændre {{count}} ting:', '{{file}} zou {{count}} ding wijzigen:'],
  'file.would_other': ['{{file}} would change {{count}} things:', '{{file}} cambierebbe {{count}} cose:', '{{file}} ville ændre {{count}} ting:', '{{file}} zou {{count}} dingen wijzigen:'],
  'file.order': ['They are done in this order, each as if somebody did it by hand, and each is in the log.', 'Vengono eseguite in quest’ordine, ciascuna come se la facesse una persona, e ciascuna è nel registro.', 'De udføres i denne rækkefølge, hver som om nogen gjorde det i hånden, og hver står i loggen.', 'Ze worden in deze volgorde uitgevoerd, elk alsof iemand het met de hand deed, en elk staat in het logboek.'],
  'file.apply': ['Apply the file', 'Applica il file', 'Anvend filen', 'Bestand toepassen'],
  'file.applied': ['The organization is as the file says', 'L’organizzazione è come dice il file', 'Organisationen er, som filen siger', 'De organisatie is zoals het bestand zegt'],
  'file.waiting_one': ['Done; {{count}} change waits for a second person', 'Fatto; {{count}} modifica attende una seconda persona', 'Udført; {{count}} ændring venter på en anden person', 'Klaar; {{count}} wijziging wacht op een tweede persoon'],
  'file.waiting_other': ['Done; {{count}} changes wait for a second person', 'Fatto; {{count}} modifiche attendono una seconda persona', 'Udført; {{count}} ændringer venter på en anden person', 'Klaar; {{count}} wijzigingen wachten op een tweede persoon'],
  'file.line': ['Line {{line}}: {{message}}', 'Riga {{line}}: {{message}}', 'Linje {{line}}: {{message}}', 'Regel {{line}}: {{message}}'],
  'org.act.file_applied': ['File applied', 'File applicato', 'Fil anvendt', 'Bestand toegepast'],
  'org.log.file_applied': ['applied a file', 'ha applicato un file', 'anvendte en fil', 'paste een bestand toe'],
} as const satisfies Record<string, Row>;
