//! Words about what happens in an organization.

use super::Words;

pub(super) const WORDS: &[Words] = &[
    (
        "organization.subject",
        ["{organization}: {what}", "{organization}: {what}", "{organization}: {what}", "{organization}: {what}"],
    ),
    (
        "organization.several",
        [
            "several changes in your organization",
            "diverse modifiche nella tua organizzazione",
            "flere ændringer i jeres organisation",
            "meerdere wijzigingen in uw organisatie",
        ],
    ),
    (
        "organization.body",
        [
            "This happened in the organization {organization}:",
            "Nell'organizzazione {organization} è successo questo:",
            "Dette skete i organisationen {organization}:",
            "Dit is gebeurd in de organisatie {organization}:",
        ],
    ),
    ("organization.button", ["See the organization", "Vedi l'organizzazione", "Se organisationen", "Organisatie bekijken"]),
    ("organization.fact.account", ["Your account", "Il tuo account", "Din konto", "Uw account"]),
    ("organization.fact.by", ["Done by", "Fatto da", "Gjort af", "Gedaan door"]),
    ("organization.fact.at", ["When", "Quando", "Hvornår", "Wanneer"]),
    ("organization.by_system", ["the product itself", "il prodotto stesso", "produktet selv", "het product zelf"]),
    (
        "because.contact",
        [
            "You receive this as a point of contact of {accounts}. Who is told of what is set under Settings > Company info at {host}.",
            "Ricevi questo messaggio come referente di {accounts}. Chi viene avvisato di cosa si imposta in Impostazioni > Dati aziendali su {host}.",
            "Du får denne mail som kontaktperson for {accounts}. Hvem der får besked om hvad, indstilles under Indstillinger > Virksomhedsoplysninger på {host}.",
            "U ontvangt dit als contactpersoon van {accounts}. Wie waarover bericht krijgt, stelt u in onder Instellingen > Bedrijfsgegevens op {host}.",
        ],
    ),
    (
        "because.super_admin",
        [
            "You receive this as a Super Admin, because {accounts} has named no points of contact for it. Name some under Settings > Company info at {host}.",
            "Ricevi questo messaggio come super amministratore, perché {accounts} non ha indicato referenti. Indicali in Impostazioni > Dati aziendali su {host}.",
            "Du får denne mail som superadministrator, fordi {accounts} ikke har udpeget kontaktpersoner til det. Udpeg nogle under Indstillinger > Virksomhedsoplysninger på {host}.",
            "U ontvangt dit als superbeheerder, omdat {accounts} hiervoor geen contactpersonen heeft genoemd. Noem ze onder Instellingen > Bedrijfsgegevens op {host}.",
        ],
    ),
    (
        "because.in_person",
        [
            "You receive this because it is yours to answer for {accounts}: as a Super Admin, by your role in the organization, or because you approved it or sent the invitation.",
            "Ricevi questo messaggio perché spetta a te rispondere per {accounts}: come super amministratore, per il tuo ruolo nell'organizzazione, o perché hai approvato o inviato l'invito.",
            "Du får denne mail, fordi det er dig, der svarer for {accounts}: som superadministrator, ved din rolle i organisationen, eller fordi du godkendte det eller sendte invitationen.",
            "U ontvangt dit omdat het aan u is om te antwoorden voor {accounts}: als superbeheerder, door uw rol in de organisatie, of omdat u het goedkeurde of de uitnodiging stuurde.",
        ],
    ),
    ("feature.mirroring", ["data mirroring", "mirroring dei dati", "dataspejling", "gegevensspiegeling"]),
    ("feature.asset_copying", ["asset copying", "copia di risorse", "kopiering af materiale", "materiaal kopiëren"]),
    ("feature.workflows", ["workflows", "workflow", "workflows", "workflows"]),
    ("feature.reports", ["reports", "report", "rapporter", "rapporten"]),
    (
        "event.verified",
        [
            "the organization was created",
            "l'organizzazione è stata creata",
            "organisationen er oprettet",
            "de organisatie is aangemaakt",
        ],
    ),
    ("event.member_joined", ["{account} joined", "{account} è entrato", "{account} er kommet til", "{account} is toegetreden"]),
    (
        "event.member_removed.manual",
        ["{account} was removed", "{account} è stato rimosso", "{account} er fjernet", "{account} is verwijderd"],
    ),
    (
        "event.member_removed.tier",
        [
            "{account} was removed: no product at Professional or above is left",
            "{account} è stato rimosso: non ha più alcun prodotto Professional o superiore",
            "{account} er fjernet: der er intet produkt på Professional eller højere tilbage",
            "{account} is verwijderd: er is geen product op Professional of hoger meer",
        ],
    ),
    (
        "event.member_removed.deactivated",
        [
            "{account} was removed: the account was deactivated",
            "{account} è stato rimosso: l'account è stato disattivato",
            "{account} er fjernet: kontoen er deaktiveret",
            "{account} is verwijderd: het account is gedeactiveerd",
        ],
    ),
    (
        "event.member_removed.hosting",
        [
            "{account} was removed: its data is hosted elsewhere now",
            "{account} è stato rimosso: i suoi dati sono ora ospitati altrove",
            "{account} er fjernet: dens data ligger nu et andet sted",
            "{account} is verwijderd: de gegevens staan nu elders",
        ],
    ),
    (
        "event.member_removed.org_deleted",
        [
            "{account} left with the end of the organization",
            "{account} è uscito con la fine dell'organizzazione",
            "{account} er udtrådt, da organisationen ophørte",
            "{account} is uitgetreden met het einde van de organisatie",
        ],
    ),
    (
        "event.member_frozen",
        [
            "{account} is frozen: nothing flows to or from it, and on {until} it is removed",
            "{account} è congelato: non passa più nulla, e il {until} verrà rimosso",
            "{account} er frosset: intet løber til eller fra den, og {until} fjernes den",
            "{account} is bevroren: er stroomt niets meer, en op {until} wordt het verwijderd",
        ],
    ),
    (
        "event.member_thawed",
        [
            "{account} is no longer frozen",
            "{account} non è più congelato",
            "{account} er ikke længere frosset",
            "{account} is niet langer bevroren",
        ],
    ),
    (
        "event.edge_opened",
        [
            "{feature} from {source} to {destination} was opened",
            "{feature} da {source} a {destination}: aperto",
            "{feature} fra {source} til {destination} er åbnet",
            "{feature} van {source} naar {destination} is geopend",
        ],
    ),
    (
        "event.edge_closed.manual",
        [
            "{feature} from {source} to {destination} was closed",
            "{feature} da {source} a {destination}: chiuso",
            "{feature} fra {source} til {destination} er lukket",
            "{feature} van {source} naar {destination} is gesloten",
        ],
    ),
    (
        "event.edge_closed.sensitive",
        [
            "{feature} from {source} to {destination} was closed: {source} now holds sensitive data and can no longer be a source",
            "{feature} da {source} a {destination}: chiuso, perché {source} ora contiene dati sensibili e non può più essere una fonte",
            "{feature} fra {source} til {destination} er lukket: {source} har nu følsomme data og kan ikke længere være kilde",
            "{feature} van {source} naar {destination} is gesloten: {source} bevat nu gevoelige gegevens en kan geen bron meer zijn",
        ],
    ),
    (
        "event.edge_closed.subscription",
        [
            "{feature} from {source} to {destination} was closed: the subscription it needs is gone",
            "{feature} da {source} a {destination}: chiuso, manca l'abbonamento necessario",
            "{feature} fra {source} til {destination} er lukket: det nødvendige abonnement er væk",
            "{feature} van {source} naar {destination} is gesloten: het benodigde abonnement is er niet meer",
        ],
    ),
    (
        "event.edge_closed.member_removed",
        [
            "{feature} from {source} to {destination} ended with the membership",
            "{feature} da {source} a {destination}: terminato con l'appartenenza",
            "{feature} fra {source} til {destination} endte med medlemskabet",
            "{feature} van {source} naar {destination} eindigde met het lidmaatschap",
        ],
    ),
    (
        "event.edge_closed.organization_deleted",
        [
            "{feature} from {source} to {destination} ended with the organization",
            "{feature} da {source} a {destination}: terminato con l'organizzazione",
            "{feature} fra {source} til {destination} endte med organisationen",
            "{feature} van {source} naar {destination} eindigde met de organisatie",
        ],
    ),
    (
        "event.frozen",
        [
            "the organization is frozen: nothing flows, and on {until} it is deleted",
            "l'organizzazione è congelata: non passa nulla, e il {until} verrà eliminata",
            "organisationen er frosset: intet løber, og {until} slettes den",
            "de organisatie is bevroren: er stroomt niets, en op {until} wordt ze verwijderd",
        ],
    ),
    (
        "event.thawed",
        [
            "the organization is no longer frozen",
            "l'organizzazione non è più congelata",
            "organisationen er ikke længere frosset",
            "de organisatie is niet langer bevroren",
        ],
    ),
    (
        "event.restored",
        [
            "the organization was restored",
            "l'organizzazione è stata ripristinata",
            "organisationen er gendannet",
            "de organisatie is hersteld",
        ],
    ),
    (
        "event.one_member_left",
        [
            "only one member is left: nothing can be shared",
            "resta un solo membro: non si può condividere nulla",
            "der er kun ét medlem tilbage: intet kan deles",
            "er is nog maar één lid: er kan niets worden gedeeld",
        ],
    ),
    (
        "event.deleted.manual",
        [
            "the organization was deleted",
            "l'organizzazione è stata eliminata",
            "organisationen er slettet",
            "de organisatie is verwijderd",
        ],
    ),
    (
        "event.deleted.no_anchor",
        [
            "the organization was deleted: no member holds Marketing Enterprise any more",
            "l'organizzazione è stata eliminata: nessun membro ha più Marketing Enterprise",
            "organisationen er slettet: intet medlem har længere Marketing Enterprise",
            "de organisatie is verwijderd: geen lid heeft nog Marketing Enterprise",
        ],
    ),
    (
        "event.deleted.expired",
        [
            "the organization was never verified and is gone",
            "l'organizzazione non è mai stata verificata e non esiste più",
            "organisationen blev aldrig bekræftet og er væk",
            "de organisatie is nooit bevestigd en bestaat niet meer",
        ],
    ),
    (
        "event.policy_changed",
        [
            "the rules of the organization were changed",
            "le regole dell'organizzazione sono cambiate",
            "organisationens regler er ændret",
            "de regels van de organisatie zijn gewijzigd",
        ],
    ),
    (
        "warning.lead",
        [
            "This is going to happen on {until} if nobody does anything (days left: {days}):",
            "Questo succederà il {until} se nessuno interviene (giorni rimasti: {days}):",
            "Dette sker {until}, hvis ingen gør noget (dage tilbage: {days}):",
            "Dit gebeurt op {until} als niemand iets doet (resterende dagen: {days}):",
        ],
    ),
    (
        "warning.what",
        ["something ends on {until}", "qualcosa termina il {until}", "noget slutter {until}", "op {until} eindigt er iets"],
    ),
    (
        "warning.help",
        [
            "Turn renewal on again, or give another account what is missing, before that day.",
            "Riattiva il rinnovo, o dai a un altro account ciò che manca, prima di quel giorno.",
            "Slå fornyelse til igen, eller giv en anden konto det, der mangler, inden den dag.",
            "Zet verlenging weer aan, of geef een ander account wat ontbreekt, vóór die dag.",
        ],
    ),
    (
        "will.member_removed",
        ["{account} will be removed", "{account} verrà rimosso", "{account} bliver fjernet", "{account} wordt verwijderd"],
    ),
    (
        "will.member_frozen",
        [
            "{account} will be frozen: nothing flows to or from it",
            "{account} verrà congelato: non passerà più nulla",
            "{account} bliver frosset: intet løber til eller fra den",
            "{account} wordt bevroren: er stroomt niets meer",
        ],
    ),
    (
        "will.edge_closed",
        [
            "{feature} from {source} to {destination} will end",
            "{feature} da {source} a {destination} terminerà",
            "{feature} fra {source} til {destination} slutter",
            "{feature} van {source} naar {destination} eindigt",
        ],
    ),
    (
        "will.frozen",
        [
            "the organization will be frozen: nothing flows",
            "l'organizzazione verrà congelata: non passerà più nulla",
            "organisationen bliver frosset: intet løber",
            "de organisatie wordt bevroren: er stroomt niets meer",
        ],
    ),
    (
        "will.one_member_left",
        [
            "only one member will be left: nothing can be shared",
            "resterà un solo membro: non si potrà condividere nulla",
            "der bliver kun ét medlem tilbage: intet kan deles",
            "er blijft maar één lid over: er kan niets worden gedeeld",
        ],
    ),
    (
        "will.deleted",
        [
            "the organization will be deleted",
            "l'organizzazione verrà eliminata",
            "organisationen bliver slettet",
            "de organisatie wordt verwijderd",
        ],
    ),
    (
        "sensitive_on.subject",
        [
            "{account} holds sensitive data from now on",
            "{account} contiene ora dati sensibili",
            "{account} har fra nu af følsomme data",
            "{account} bevat vanaf nu gevoelige gegevens",
        ],
    ),
    (
        "sensitive_on.body",
        [
            "Sensitive data was turned on for {account}. From now on nothing of it is mirrored to other accounts, and this cannot be taken back.",
            "Per {account} sono stati attivati i dati sensibili. Da ora nulla viene più mostrato ad altri account, e non si può tornare indietro.",
            "Følsomme data er slået til for {account}. Fra nu af spejles intet derfra til andre konti, og det kan ikke gøres om.",
            "Gevoelige gegevens zijn ingeschakeld voor {account}. Vanaf nu wordt niets daarvan naar andere accounts gespiegeld, en dit kan niet worden teruggedraaid.",
        ],
    ),
    (
        "contacts_due.subject",
        [
            "Are the points of contact of {account} still right?",
            "I referenti di {account} sono ancora giusti?",
            "Er kontaktpersonerne for {account} stadig rigtige?",
            "Kloppen de contactpersonen van {account} nog?",
        ],
    ),
    (
        "contacts_due.body",
        [
            "Nobody has looked at them for 90 days. One press says that they are right; whoever has left is replaced there as well.",
            "Nessuno li controlla da 90 giorni. Basta un clic per confermarli; lì si sostituisce anche chi non c'è più.",
            "Ingen har set på dem i 90 dage. Ét tryk siger, at de er rigtige; hvem der er rejst, udskiftes samme sted.",
            "Niemand heeft er 90 dagen naar gekeken. Eén klik bevestigt ze; wie weg is, vervangt u daar ook.",
        ],
    ),
    ("contacts_due.button", ["Look at them", "Controllali", "Se på dem", "Bekijken"]),
    (
        "sync_errors.subject",
        [
            "{account}: changes could not be carried out",
            "{account}: alcune modifiche non sono state eseguite",
            "{account}: ændringer kunne ikke udføres",
            "{account}: wijzigingen konden niet worden uitgevoerd",
        ],
    ),
    (
        "sync_errors.body",
        [
            "{n} changes are set aside because they could not be carried out; everything else goes on. Whoever runs the server finds and retries them with `consortio feed parked`.",
            "{n} modifiche sono state messe da parte perché non eseguibili; tutto il resto continua. Chi gestisce il server le trova e le riprova con `consortio feed parked`.",
            "{n} ændringer er lagt til side, fordi de ikke kunne udføres; alt andet fortsætter. Den, der driver serveren, finder dem og prøver igen med `consortio feed parked`.",
            "{n} wijzigingen zijn opzijgezet omdat ze niet konden worden uitgevoerd; al het andere gaat door. Wie de server beheert, vindt ze en probeert ze opnieuw met `consortio feed parked`.",
        ],
    ),
    ("sync_errors.fact.what", ["What", "Cosa", "Hvad", "Wat"]),
    ("sync_errors.fact.reason", ["Why", "Perché", "Hvorfor", "Waarom"]),
    ("organization.more", ["And {n} more.", "E altri {n}.", "Og {n} til.", "En nog {n}."]),
    (
        "event.member_restored",
        ["{account} is a member again", "{account} è di nuovo membro", "{account} er medlem igen", "{account} is weer lid"],
    ),
    (
        "event.edge_reopened",
        [
            "{feature} from {source} to {destination} is open again, on the same terms",
            "{feature} da {source} a {destination}: di nuovo aperto, alle stesse condizioni",
            "{feature} fra {source} til {destination} er åben igen på samme vilkår",
            "{feature} van {source} naar {destination} is weer open, onder dezelfde voorwaarden",
        ],
    ),
    (
        "event.role_granted",
        [
            "somebody was given a role of the organization for {account}",
            "a qualcuno è stato dato un ruolo dell'organizzazione per {account}",
            "nogen har fået en rolle i organisationen for {account}",
            "iemand kreeg een rol in de organisatie voor {account}",
        ],
    ),
    (
        "event.offered",
        [
            "{account} is invited to join; the invitation waits until {until}",
            "{account} è invitato a unirsi; l'invito vale fino al {until}",
            "{account} er inviteret til at være med; invitationen venter til {until}",
            "{account} is uitgenodigd om mee te doen; de uitnodiging wacht tot {until}",
        ],
    ),
    (
        "event.offer_withdrawn",
        [
            "the invitation of {account} was withdrawn",
            "l'invito a {account} è stato ritirato",
            "invitationen af {account} er trukket tilbage",
            "de uitnodiging van {account} is ingetrokken",
        ],
    ),
    (
        "event.offer_declined",
        [
            "the invitation of account {number} was declined",
            "l'invito all'account {number} è stato rifiutato",
            "invitationen af konto {number} er afslået",
            "de uitnodiging van account {number} is afgewezen",
        ],
    ),
    (
        "event.offer_expired",
        [
            "the invitation of account {number} expired without an answer",
            "l'invito all'account {number} è scaduto senza risposta",
            "invitationen af konto {number} er udløbet uden svar",
            "de uitnodiging van account {number} is zonder antwoord verlopen",
        ],
    ),
    (
        "event.review_due",
        [
            "the terms of {feature} from {source} to {destination} are due for review",
            "le condizioni di {feature} da {source} a {destination} sono da riesaminare",
            "vilkårene for {feature} fra {source} til {destination} skal gennemgås igen",
            "de voorwaarden van {feature} van {source} naar {destination} moeten opnieuw worden bekeken",
        ],
    ),
    (
        "event.role_ended",
        [
            "a role of the organization for {account} has ended",
            "un ruolo dell'organizzazione per {account} è terminato",
            "en rolle i organisationen for {account} er ophørt",
            "een rol in de organisatie voor {account} is beëindigd",
        ],
    ),
    (
        "event.off_boarded",
        [
            "somebody was off-boarded from {account}: she cannot enter it any more",
            "una persona è stata esclusa da {account}: non può più entrarvi",
            "nogen er blevet lukket ude af {account} og kan ikke længere gå ind",
            "iemand is uit {account} gehaald en kan er niet meer in",
        ],
    ),
    (
        "event.off_boarding_refused",
        [
            "somebody was off-boarded from the organization and is still a user of {account}: look whether she should be",
            "una persona è stata esclusa dall'organizzazione ma è ancora utente di {account}: verifica se è giusto",
            "nogen er blevet lukket ude af organisationen, men er stadig bruger på {account}: se efter, om det er rigtigt",
            "iemand is uit de organisatie gehaald maar is nog gebruiker van {account}: ga na of dat klopt",
        ],
    ),
    (
        "event.factor_reset_asked",
        [
            "it was asked to take away the second factor of a user of {account}; nothing happens for 24 hours, and it can be stopped",
            "è stato chiesto di rimuovere il secondo fattore di un utente di {account}; per 24 ore non succede nulla e si può fermare",
            "der er bedt om at fjerne den anden faktor for en bruger i {account}; i 24 timer sker der intet, og det kan standses",
            "er is gevraagd de tweede factor van een gebruiker van {account} te wissen; 24 uur lang gebeurt er niets en het kan worden gestopt",
        ],
    ),
    (
        "event.factor_reset_stopped",
        [
            "taking away the second factor of a user of {account} was stopped",
            "la rimozione del secondo fattore di un utente di {account} è stata fermata",
            "fjernelsen af den anden faktor for en bruger i {account} er standset",
            "het wissen van de tweede factor van een gebruiker van {account} is gestopt",
        ],
    ),
    (
        "event.factor_reset_done",
        [
            "the second factor of a user of {account} was taken away",
            "il secondo fattore di un utente di {account} è stato rimosso",
            "den anden faktor for en bruger i {account} er fjernet",
            "de tweede factor van een gebruiker van {account} is gewist",
        ],
    ),
    (
        "super_admin_granted.subject",
        [
            "{person} is a Super Admin of {account} from now on",
            "{person} è ora super amministratore di {account}",
            "{person} er fra nu af superadministrator i {account}",
            "{person} is vanaf nu superbeheerder van {account}",
        ],
    ),
    (
        "super_admin_granted.body",
        [
            "{by} made {person} a Super Admin of {account}. A Super Admin may do everything there. If this surprises you, ask at once.",
            "{by} ha reso {person} super amministratore di {account}. Un super amministratore può fare tutto. Se ti sorprende, chiedi subito.",
            "{by} har gjort {person} til superadministrator i {account}. En superadministrator må alt dér. Overrasker det dig, så spørg med det samme.",
            "{by} heeft {person} superbeheerder van {account} gemaakt. Een superbeheerder mag daar alles. Verrast dit u, vraag het dan meteen na.",
        ],
    ),
];
