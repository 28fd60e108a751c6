//! The people of the customer companies, invented from a seed.

use super::sample::{Company, domain, letters};
use fake::Fake;
use fake::faker::address::raw::CityName;
use fake::faker::name::raw::{FirstName, LastName};
use fake::locales::{DE_DE, EN, FR_FR, IT_IT, NL_NL, PT_BR};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeSet;

/// Somebody at a customer company.
#[derive(Debug, Clone)]
pub struct Person {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub job_title: &'static str,
    pub phone: String,
    pub city: String,
    pub country: String,
    pub company: String,
    /// The regions whose account knows her.
    pub known_in: Vec<&'static str>,
}

const TITLES: [&str; 14] = [
    "Chief Executive Officer",
    "Chief Financial Officer",
    "Head of Procurement",
    "Purchasing Manager",
    "IT Director",
    "Operations Manager",
    "Plant Manager",
    "Facilities Manager",
    "Project Lead",
    "Buyer",
    "Systems Engineer",
    "Office Manager",
    "Category Manager",
    "Technical Consultant",
];

/// Randomness for one purpose, so that a change in one place does not move everything after it.
pub fn dice(seed: u64, purpose: &str, at: usize) -> ChaCha8Rng {
    let mixed = purpose.bytes().fold(seed, |sum, b| sum.wrapping_mul(1_099_511_628_211) ^ u64::from(b));
    ChaCha8Rng::seed_from_u64(mixed ^ (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A number below `n`, which is small: the bias does not matter here.
pub fn roll(rng: &mut ChaCha8Rng, n: u32) -> u32 {
    rng.next_u32() % n.max(1)
}

/// The people of a company. `regions` are those that do business with it; each knows some of them, one of them is known to all.
pub fn of_company(seed: u64, at: usize, company: &Company, regions: &[&'static str]) -> Vec<Person> {
    let mut rng = dice(seed, "people", at);
    let n = 5 + roll(&mut rng, 6) as usize;
    let mut addresses = BTreeSet::new();
    let mut people: Vec<Person> = Vec::with_capacity(n);
    while people.len() < n {
        let (first_name, last_name, city) = name(&mut rng, &company.office_location);
        let email = format!("{}.{}@{}", letters(&fold(&first_name)), letters(&fold(&last_name)), domain(&company.name));
        let job_title = TITLES[roll(&mut rng, TITLES.len() as u32) as usize];
        let phone = format!("+{} {} {:04}", 1 + roll(&mut rng, 98), 100 + roll(&mut rng, 900), roll(&mut rng, 10_000));
        let known_in = known(&mut rng, regions, people.is_empty());
        if addresses.insert(email.clone()) {
            let (company, country) = (company.name.clone(), company.office_location.clone());
            people.push(Person { email, first_name, last_name, job_title, phone, city, country, company, known_in });
        }
    }
    people
}

fn name(rng: &mut ChaCha8Rng, country: &str) -> (String, String, String) {
    match country {
        "Germany" => {
            (FirstName(DE_DE).fake_with_rng(rng), LastName(DE_DE).fake_with_rng(rng), CityName(DE_DE).fake_with_rng(rng))
        }
        "Italy" => (FirstName(IT_IT).fake_with_rng(rng), LastName(IT_IT).fake_with_rng(rng), CityName(IT_IT).fake_with_rng(rng)),
        "Belgium" => {
            (FirstName(NL_NL).fake_with_rng(rng), LastName(NL_NL).fake_with_rng(rng), CityName(NL_NL).fake_with_rng(rng))
        }
        "Brazil" => (FirstName(PT_BR).fake_with_rng(rng), LastName(PT_BR).fake_with_rng(rng), CityName(PT_BR).fake_with_rng(rng)),
        "Kenya" | "Panama" | "Jordan" | "Romania" => {
            (FirstName(FR_FR).fake_with_rng(rng), LastName(FR_FR).fake_with_rng(rng), CityName(EN).fake_with_rng(rng))
        }
        _ => (FirstName(EN).fake_with_rng(rng), LastName(EN).fake_with_rng(rng), CityName(EN).fake_with_rng(rng)),
    }
}

/// The letters of an address: accents are left out, as people do.
fn fold(name: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'ä' => "ae",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'ö' | 'ø' => "oe",
        'ù' | 'ú' | 'û' => "u",
        'ü' => "ue",
        'ß' => "ss",
        _ => "",
    };
    name.to_lowercase().chars().map(|c| if c.is_ascii() { c.to_string() } else { plain(c).to_owned() }).collect()
}

fn known(rng: &mut ChaCha8Rng, regions: &[&'static str], to_all: bool) -> Vec<&'static str> {
    let mut known: Vec<&'static str> = regions.iter().copied().filter(|_| to_all || roll(rng, 100) < 45).collect();
    if known.is_empty() && !regions.is_empty() {
        known.push(regions[roll(rng, regions.len() as u32) as usize]);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn the_same_seed_invents_the_same_people_and_every_address_is_one_that_could_exist() {
        let sample = Sample::read().unwrap();
        let regions = ["Central", "East", "West"];
        let people = |seed| -> Vec<Person> {
            sample.companies.iter().enumerate().flat_map(|(i, c)| of_company(seed, i, c, &regions)).collect()
        };
        let (first, again, other) = (people(1), people(1), people(2));
        let emails = |people: &[Person]| people.iter().map(|p| p.email.clone()).collect::<Vec<_>>();
        assert_eq!(emails(&first), emails(&again));
        assert_ne!(emails(&first), emails(&other));
        for person in &first {
            assert_eq!(model::fold::valid_email(&person.email).as_deref(), Some(person.email.as_str()));
            assert!(!person.known_in.is_empty());
        }
        let shared = first.iter().filter(|p| p.known_in.len() > 1).count();
        assert!(shared > 100, "only {shared} people are known to several accounts");
    }
}
