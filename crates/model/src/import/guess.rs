//! Which property a column probably means, from its title.

use super::convert::{day_month_year, only_order};
use super::{DateOrder, NumberFormat, number};
use crate::property::{Schema, ValueType};
use std::collections::BTreeSet;

/// Titles people give to columns in English, Italian, Danish and Dutch, folded, and the properties they mean. A property that
/// a type does not have is passed over.
const TITLES: &[(&str, &[&str])] = &[
    (
        "email",
        &["mail", "mailaddress", "emailaddress", "indirizzoemail", "postaelettronica", "mailadresse", "emailadres", "epost"],
    ),
    ("firstname", &["given", "givenname", "forename", "nome", "fornavn", "voornaam"]),
    ("lastname", &["surname", "familyname", "cognome", "efternavn", "achternaam"]),
    ("jobtitle", &["title", "position", "role", "function", "posizione", "qualifica", "ruolo", "stilling", "titel", "functie"]),
    (
        "company",
        &[
            "companyname",
            "organisation",
            "organization",
            "employer",
            "azienda",
            "societa",
            "società",
            "firma",
            "virksomhed",
            "bedrijf",
            "bedrijfsnaam",
        ],
    ),
    (
        "name",
        &[
            "company",
            "companyname",
            "account",
            "customer",
            "azienda",
            "ragionesociale",
            "firma",
            "virksomhed",
            "bedrijf",
            "bedrijfsnaam",
            "naam",
            "navn",
        ],
    ),
    ("domain", &["companydomain", "webdomain", "dominio", "domæne", "domein"]),
    ("website", &["url", "web", "homepage", "sito", "sitoweb", "hjemmeside", "webside"]),
    ("phone", &["telephone", "tel", "phoneno", "telefono", "telefon", "telefonnummer", "telefoon", "telefoonnummer"]),
    ("mobilephone", &["mobile", "cell", "cellphone", "cellulare", "mobil", "mobiltelefon", "mobiel", "gsm"]),
    ("address", &["street", "indirizzo", "via", "adresse", "gade", "vej", "adres", "straat"]),
    ("city", &["town", "citta", "città", "by", "stad", "plaats", "woonplaats"]),
    ("state", &["region", "province", "provincia", "regione", "provins", "provincie"]),
    ("zip", &["zipcode", "postcode", "cap", "postnummer", "postnr"]),
    ("country", &["nation", "officelocation", "paese", "nazione", "land"]),
    ("industry", &["sector", "branch", "settore", "branche", "sektor", "bedrijfstak"]),
    (
        "numberofemployees",
        &["employees", "headcount", "staff", "dipendenti", "medarbejdere", "ansatte", "medewerkers", "werknemers"],
    ),
    ("annualrevenue", &["revenue", "turnover", "fatturato", "omsætning", "omzet"]),
    ("founded_year", &["yearestablished", "founded", "annodifondazione", "grundlagt", "opgericht"]),
    ("dealname", &["deal", "opportunity", "opportunityname", "dealtitle", "trattativa", "handel", "aftale"]),
    ("amount", &["value", "dealvalue", "closevalue", "price", "importo", "valore", "beløb", "bedrag"]),
    ("dealstage", &["stage", "phase", "fase", "stadie", "stadium"]),
    ("closedate", &["closingdate", "closed", "datachiusura", "lukkedato", "sluitingsdatum"]),
    ("createdate", &["created", "createdat", "engagedate", "datacreazione", "oprettet", "aangemaakt"]),
    ("hubspot_owner_id", &["owner", "salesagent", "rep", "proprietario", "ejer", "sælger", "eigenaar"]),
    ("subject", &["ticket", "oggetto", "emne", "onderwerp"]),
    ("content", &["description", "descrizione", "beskrivelse", "omschrijving"]),
    ("description", &["descrizione", "beskrivelse", "omschrijving", "notes"]),
    ("hs_object_id", &["recordid", "id", "contactid", "companyid", "dealid"]),
    ("hs_language", &["language", "lingua", "sprog", "taal"]),
];

/// The property each column probably means; none twice, and none where nothing fits.
pub fn guess(schema: &Schema, columns: &[String]) -> Vec<Option<String>> {
    let mut taken = BTreeSet::new();
    let mut guessed = vec![None; columns.len()];
    // Names and labels first, so that a synonym never takes a property from the column that is called like it.
    for by in [by_name, by_label, by_title] {
        for (guess, column) in guessed.iter_mut().zip(columns) {
            let folded = fold(column);
            if guess.is_none() && !folded.is_empty() {
                *guess = by(schema, &folded).filter(|name| usable(schema, name) && taken.insert(name.clone()));
            }
        }
    }
    guessed
}

fn usable(schema: &Schema, name: &str) -> bool {
    let writable = |def: &crate::property::PropertyDefinition| !def.is_read_only() || name == schema.object.created_property();
    schema.property(name).is_some_and(|def| name == "hs_object_id" || writable(def))
}

fn by_name(schema: &Schema, folded: &str) -> Option<String> {
    schema.properties().find(|def| fold(&def.name) == folded).map(|def| def.name.clone())
}

fn by_label(schema: &Schema, folded: &str) -> Option<String> {
    schema.properties().find(|def| fold(&def.label) == folded).map(|def| def.name.clone())
}

fn by_title(schema: &Schema, folded: &str) -> Option<String> {
    let mut meanings = TITLES.iter().filter(|(_, titles)| titles.contains(&folded));
    meanings.find(|(name, _)| schema.property(name).is_some()).map(|(name, _)| (*name).to_owned())
}

/// Lower case, letters and digits only: `E-mail address` and `email_address` are the same title.
fn fold(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The order of day and month that the values of date columns prove; none when they prove nothing, or both.
pub fn date_order<'v>(
    schema: &Schema,
    mapped: &[Option<String>],
    rows: impl IntoIterator<Item = &'v [String]>,
) -> Option<DateOrder> {
    let dates = columns_of(schema, mapped, &[ValueType::Date, ValueType::Datetime]);
    let mut proofs = BTreeSet::new();
    for row in rows {
        let values = dates.iter().filter_map(|i| row.get(*i)).filter_map(|value| day_month_year(value));
        proofs.extend(values.filter_map(|(first, second, _)| only_order(first, second)));
    }
    proofs.first().copied().filter(|_| proofs.len() == 1)
}

/// The format of the number columns: see [`number::format`].
pub fn number_format<'v>(
    schema: &Schema,
    mapped: &[Option<String>],
    delimiter: char,
    rows: impl IntoIterator<Item = &'v [String]>,
) -> Option<NumberFormat> {
    let numbers = columns_of(schema, mapped, &[ValueType::Number]);
    number::format(delimiter, rows.into_iter().flat_map(|row| numbers.iter().filter_map(|i| row.get(*i)).map(String::as_str)))
}

fn columns_of(schema: &Schema, mapped: &[Option<String>], types: &[ValueType]) -> Vec<usize> {
    let is_one = |name: &Option<String>| {
        let def = name.as_deref().and_then(|n| schema.property(n));
        def.is_some_and(|d| types.contains(&d.value_type))
    };
    (0..mapped.len()).filter(|i| is_one(&mapped[*i])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{COMPANY, CONTACT, DEAL, ObjectType};

    fn guessed(object: ObjectType, columns: &[&str]) -> Vec<String> {
        let columns: Vec<String> = columns.iter().map(|c| (*c).to_owned()).collect();
        guess(&Schema::default_of(object), &columns).into_iter().map(Option::unwrap_or_default).collect()
    }

    #[test]
    fn titles_in_four_languages_find_their_property() {
        assert_eq!(guessed(CONTACT, &["E-mail", "First Name", "lastname", "Shoe size"]), ["email", "firstname", "lastname", ""]);
        assert_eq!(guessed(CONTACT, &["Nome", "Cognome", "Telefono", "Città"]), ["firstname", "lastname", "phone", "city"]);
        assert_eq!(
            guessed(CONTACT, &["Fornavn", "Efternavn", "Mailadresse", "Postnr."]),
            ["firstname", "lastname", "email", "zip"]
        );
        assert_eq!(
            guessed(CONTACT, &["Voornaam", "Achternaam", "Emailadres", "Functie"]),
            ["firstname", "lastname", "email", "jobtitle"]
        );
        assert_eq!(guessed(COMPANY, &["Bedrijf", "Domein", "Omzet"]), ["name", "domain", "annualrevenue"]);
    }

    #[test]
    fn no_property_is_guessed_twice_and_none_that_cannot_be_written() {
        assert_eq!(guessed(CONTACT, &["mail", "email", "EMAIL"]), ["", "email", ""]);
        assert_eq!(guessed(CONTACT, &["Last modified date", "Number of sales activities"]), ["", ""]);
    }

    #[test]
    fn the_sample_groups_files_map_themselves() {
        let accounts = ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"];
        assert_eq!(
            guessed(COMPANY, &accounts),
            ["name", "industry", "founded_year", "annualrevenue", "numberofemployees", "country", ""]
        );
        let pipeline = ["opportunity_id", "sales_agent", "deal_stage", "engage_date", "close_date", "close_value"];
        assert_eq!(guessed(DEAL, &pipeline), ["", "hubspot_owner_id", "dealstage", "createdate", "closedate", "amount"]);
    }

    #[test]
    fn the_order_of_day_and_month_is_told_by_a_day_beyond_twelve() {
        let schema = Schema::default_of(DEAL);
        let order = |values: &[&str]| {
            let rows: Vec<Vec<String>> = values.iter().map(|v| vec![(*v).to_owned()]).collect();
            date_order(&schema, &[Some("closedate".to_owned())], rows.iter().map(Vec::as_slice))
        };
        assert_eq!(order(&["3/1/2017", "10/20/2016"]), Some(DateOrder::MonthDay));
        assert_eq!(order(&["3/1/2017", "20.10.2016"]), Some(DateOrder::DayMonth));
        assert_eq!(order(&["3/1/2017", ""]), None);
        assert_eq!(order(&["10/20/2016", "20.10.2016"]), None);
    }
}
