//! Words about oneself and one's own account.

use super::Words;

pub(super) const WORDS: &[Words] = &[
    (
        "link_hidden",
        [
            "The link is shown to the recipient only.",
            "Il link è visibile solo al destinatario.",
            "Linket vises kun for modtageren.",
            "De link is alleen zichtbaar voor de ontvanger.",
        ],
    ),
    (
        "because.test",
        [
            "You receive this because somebody who runs {host} wanted to know whether mail arrives.",
            "Ricevi questo messaggio perché chi gestisce {host} voleva sapere se la posta arriva.",
            "Du får denne mail, fordi en, der driver {host}, ville vide, om post kommer frem.",
            "U ontvangt dit omdat iemand die {host} beheert wilde weten of mail aankomt.",
        ],
    ),
    (
        "because.invited",
        [
            "You receive this because somebody entered {address} at {host}. If you do not know why, ignore it: nothing happens without you.",
            "Ricevi questo messaggio perché qualcuno ha inserito {address} su {host}. Se non sai perché, ignoralo: senza di te non succede nulla.",
            "Du får denne mail, fordi nogen har angivet {address} på {host}. Ved du ikke hvorfor, så se bort fra den: der sker intet uden dig.",
            "U ontvangt dit omdat iemand {address} heeft ingevoerd op {host}. Weet u niet waarom, negeer het dan: zonder u gebeurt er niets.",
        ],
    ),
    (
        "because.login",
        [
            "You receive this because {address} signs in at {host}. Messages about your own sign-in cannot be turned off.",
            "Ricevi questo messaggio perché {address} accede a {host}. I messaggi sul tuo accesso non si possono disattivare.",
            "Du får denne mail, fordi {address} logger ind på {host}. Beskeder om dit eget login kan ikke slås fra.",
            "U ontvangt dit omdat {address} inlogt op {host}. Berichten over uw eigen aanmelding kunt u niet uitzetten.",
        ],
    ),
    ("test.subject", ["Mail arrives", "La posta arriva", "Posten kommer frem", "Mail komt aan"]),
    (
        "test.body",
        [
            "{host} can send mail. Nothing else is to be done.",
            "{host} può inviare posta. Non c'è altro da fare.",
            "{host} kan sende mail. Du skal ikke gøre andet.",
            "{host} kan mail versturen. Verder hoeft u niets te doen.",
        ],
    ),
    (
        "invitation.subject",
        [
            "You are invited to {account}",
            "Sei invitato in {account}",
            "Du er inviteret til {account}",
            "U bent uitgenodigd voor {account}",
        ],
    ),
    (
        "invitation.body",
        [
            "You are invited to work in the account {account}.",
            "Sei invitato a lavorare nell'account {account}.",
            "Du er inviteret til at arbejde i kontoen {account}.",
            "U bent uitgenodigd om in het account {account} te werken.",
        ],
    ),
    (
        "invitation.body_by",
        [
            "{by} invites you to work in the account {account}.",
            "{by} ti invita a lavorare nell'account {account}.",
            "{by} inviterer dig til at arbejde i kontoen {account}.",
            "{by} nodigt u uit om in het account {account} te werken.",
        ],
    ),
    (
        "invitation.expires",
        [
            "The link works once and for 72 hours. It is yours alone: do not pass it on.",
            "Il link funziona una volta sola e per 72 ore. È solo tuo: non inoltrarlo.",
            "Linket virker én gang og i 72 timer. Det er kun dit: giv det ikke videre.",
            "De link werkt één keer en 72 uur lang. Hij is alleen voor u: stuur hem niet door.",
        ],
    ),
    ("invitation.button", ["Accept the invitation", "Accetta l'invito", "Tag imod invitationen", "Uitnodiging accepteren"]),
    (
        "logged_in_as.subject",
        [
            "{by} works in your name in {account}",
            "{by} lavora a tuo nome in {account}",
            "{by} arbejder i dit navn i {account}",
            "{by} werkt namens u in {account}",
        ],
    ),
    (
        "logged_in_as.body",
        [
            "{by} has opened the account {account} as you, to see what you see. This ends at {until} at the latest, and everything done is marked in the log.",
            "{by} ha aperto l'account {account} come te, per vedere ciò che vedi tu. Termina al più tardi il {until}, e tutto ciò che viene fatto è segnato nel registro.",
            "{by} har åbnet kontoen {account} som dig for at se det, du ser. Det slutter senest {until}, og alt, hvad der gøres, er mærket i loggen.",
            "{by} heeft het account {account} als u geopend, om te zien wat u ziet. Dit eindigt uiterlijk op {until}, en alles wat gebeurt staat gemarkeerd in het logboek.",
        ],
    ),
    (
        "logged_in_as.doubt",
        [
            "You did not ask for help? Ask the person, or another Super Admin of the account, why.",
            "Non hai chiesto aiuto? Chiedi il motivo a questa persona o a un altro super amministratore dell'account.",
            "Har du ikke bedt om hjælp? Spørg personen, eller en anden superadministrator i kontoen, om hvorfor.",
            "Hebt u niet om hulp gevraagd? Vraag deze persoon, of een andere superbeheerder van het account, naar de reden.",
        ],
    ),
    (
        "second_factor_asked.subject",
        [
            "{account} asks for a second factor",
            "{account} chiede un secondo fattore",
            "{account} kræver en anden faktor",
            "{account} vraagt een tweede factor",
        ],
    ),
    (
        "second_factor_asked.body",
        [
            "{by} asks everybody in the account {account} for a second factor: an authenticator app or a passkey. From {from} you can only enter the account with one. If you have one already, there is nothing to do.",
            "{by} chiede a tutti nell'account {account} un secondo fattore: un'app di autenticazione o una passkey. Dal {from} potrai entrare nell'account solo con uno di questi. Se ne hai già uno, non devi fare nulla.",
            "{by} beder alle i kontoen {account} om en anden faktor: en godkendelsesapp eller en adgangsnøgle. Fra {from} kan du kun gå ind på kontoen med en af dem. Har du allerede en, skal du ikke gøre noget.",
            "{by} vraagt iedereen in het account {account} om een tweede factor: een authenticator-app of een passkey. Vanaf {from} kunt u het account alleen daarmee openen. Hebt u er al een, dan hoeft u niets te doen.",
        ],
    ),
    ("second_factor_asked.button", ["Set it up", "Configura", "Sæt den op", "Instellen"]),
    (
        "password_reset.subject",
        ["Choose a new password", "Scegli una nuova password", "Vælg en ny adgangskode", "Kies een nieuw wachtwoord"],
    ),
    (
        "password_reset.body",
        [
            "Somebody, probably you, asked for a new password. If it was not you, ignore this: your password stays as it is.",
            "Qualcuno, probabilmente tu, ha chiesto una nuova password. Se non sei stato tu, ignora questo messaggio: la tua password resta com'è.",
            "Nogen, formentlig dig, har bedt om en ny adgangskode. Var det ikke dig, så se bort fra dette: din adgangskode forbliver, som den er.",
            "Iemand, waarschijnlijk u, vroeg om een nieuw wachtwoord. Was u het niet, negeer dit dan: uw wachtwoord blijft zoals het is.",
        ],
    ),
    (
        "password_reset.body_by",
        [
            "{by} asks you to choose a new password.",
            "{by} ti chiede di scegliere una nuova password.",
            "{by} beder dig vælge en ny adgangskode.",
            "{by} vraagt u een nieuw wachtwoord te kiezen.",
        ],
    ),
    (
        "password_reset.expires",
        [
            "The link works once and for four hours, and is yours alone. Your second factor, if you have one, is still asked for.",
            "Il link funziona una volta sola e per quattro ore, ed è solo tuo. Il secondo fattore, se ne hai uno, resta richiesto.",
            "Linket virker én gang og i fire timer, og er kun dit. Din anden faktor kræves stadig, hvis du har en.",
            "De link werkt één keer en vier uur lang, en is alleen voor u. Uw tweede factor, als u die hebt, blijft nodig.",
        ],
    ),
    ("password_reset.button", ["Choose a password", "Scegli una password", "Vælg en adgangskode", "Wachtwoord kiezen"]),
    (
        "factor_reset_requested.subject",
        [
            "Your second factor is to be reset",
            "Il tuo secondo fattore sta per essere reimpostato",
            "Din anden faktor skal nulstilles",
            "Uw tweede factor wordt opnieuw ingesteld",
        ],
    ),
    (
        "factor_reset_requested.body",
        [
            "{by} wants to take your second factor off, so that you can set up a new one. This happens at {at}, if another admin agrees and nobody stops it before.",
            "{by} vuole rimuovere il tuo secondo fattore, in modo che tu possa impostarne uno nuovo. Avverrà il {at}, se un altro amministratore è d'accordo e nessuno lo ferma prima.",
            "{by} vil fjerne din anden faktor, så du kan oprette en ny. Det sker {at}, hvis en anden administrator er enig, og ingen standser det inden.",
            "{by} wil uw tweede factor verwijderen, zodat u een nieuwe kunt instellen. Dit gebeurt op {at}, als een andere beheerder akkoord gaat en niemand het eerder stopt.",
        ],
    ),
    (
        "factor_reset_requested.stop",
        [
            "You did not ask for this? Sign in and stop it at the top of the page, then change your password and tell the security contact of your account.",
            "Non l'hai chiesto tu? Accedi e fermalo in cima alla pagina, poi cambia la password e avvisa il referente per la sicurezza del tuo account.",
            "Har du ikke bedt om det? Log ind og stands det øverst på siden, skift så din adgangskode, og sig det til kontoens sikkerhedskontakt.",
            "Hebt u hier niet om gevraagd? Log in en stop het boven aan de pagina, wijzig dan uw wachtwoord en meld het aan de contactpersoon voor beveiliging van uw account.",
        ],
    ),
    ("factor_reset_requested.button", ["Sign in and look", "Accedi e controlla", "Log ind og se", "Inloggen en bekijken"]),
    (
        "factor_reset_requested.doubt",
        [
            "You did not ask for this? Sign in and change your password now, and tell the security contact of your account.",
            "Non l'hai chiesto tu? Accedi e cambia subito la password, e avvisa il referente per la sicurezza del tuo account.",
            "Har du ikke bedt om det? Log ind og skift din adgangskode nu, og sig det til kontoens sikkerhedskontakt.",
            "Hebt u hier niet om gevraagd? Log in en wijzig nu uw wachtwoord, en meld het aan de contactpersoon voor beveiliging van uw account.",
        ],
    ),
    (
        "factor_reset.subject",
        [
            "Your second factor was reset",
            "Il tuo secondo fattore è stato reimpostato",
            "Din anden faktor er nulstillet",
            "Uw tweede factor is opnieuw ingesteld",
        ],
    ),
    (
        "factor_reset.body",
        [
            "{by} has taken your second factor off. Set up a new one at your next sign-in.",
            "{by} ha rimosso il tuo secondo fattore. Impostane uno nuovo al prossimo accesso.",
            "{by} har fjernet din anden faktor. Opret en ny, næste gang du logger ind.",
            "{by} heeft uw tweede factor verwijderd. Stel bij uw volgende aanmelding een nieuwe in.",
        ],
    ),
];
