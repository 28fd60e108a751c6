use super::*;
use crate::connection::Feature;
use crate::connection::terms::LegalBasis;
use crate::policy::Policy;
use proptest::prelude::*;
use serde_json::json;

fn accounts() -> Accounts {
    // Two are called the same, one is called like a number, one as nobody should be called.
    let names = ["North", "South", "South", "5", "We \"quote\" = [x] # \u{202e}è\n", "West"];
    (1..).map(AccountId).zip(names.map(str::to_owned)).collect()
}

fn file() -> File {
    let members = [1, 2, 6].map(AccountId).into();
    let held = Held { account: AccountId(6), email: "eve@group.example".to_owned(), role: Role::Auditor };
    let edge = EdgeKey { feature: Feature::Mirroring, source: AccountId(1), destination: AccountId(6) };
    let terms = Terms {
        purpose: Some("One customer, one \"story\"".to_owned()),
        legal_basis: Some(LegalBasis::LegitimateInterests),
        types: [crate::object::NOTE, crate::object::DEAL].into(),
        masked: ["amount".to_owned()].into(),
        review_on: Some(jiff::civil::date(2027, 6, 30)),
        ..Terms::default()
    };
    File {
        id: OrganizationId(50),
        name: "The Group".to_owned(),
        policy: Policy::open().values(),
        members,
        roles: [(held, "2027-01-31T00:00:00Z".parse().ok())].into(),
        connections: [(edge, terms)].into(),
    }
}

#[test]
fn the_text_of_an_organization() {
    let text = write(&file(), &accounts());
    insta::assert_snapshot!("file", text);
    assert_eq!(read(&text, &accounts()), Ok(file()));
    assert_eq!(id_of(&text), Ok(OrganizationId(50)));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let head = "[organization]\nid = 50\nname = \"G\"\n";
    let two = "[[member]]\nid = 1\n[[member]]\nname = \"West\"\n";
    let table = [
        ("", 1, "FILE_UNREADABLE"),
        ("x", 1, "FILE_UNREADABLE"),
        ("[organization]\nid = 50\nname = \"G\"\nshoe = 1\n", 4, "FILE_KEY_UNKNOWN"),
        (&format!("{head}[shoes]\n"), 4, "FILE_KEY_UNKNOWN"),
        (&format!("{head}[policy]\nshoes = 1\n"), 5, "FILE_KEY_UNKNOWN"),
        (&format!("{head}[policy]\nmembers_max = \"many\"\n"), 5, "POLICY_VALUE_INVALID"),
        (&format!("{head}[[member]]\nid = 77\n"), 4, "FILE_ACCOUNT_UNKNOWN"),
        (&format!("{head}[[member]]\nname = \"East\"\n"), 4, "FILE_ACCOUNT_UNKNOWN"),
        (&format!("{head}[[member]]\nname = \"South\"\n"), 4, "FILE_ACCOUNT_AMBIGUOUS"),
        (&format!("{head}[[member]]\nid = 1\nname = \"West\"\n"), 4, "FILE_ACCOUNT_MISNAMED"),
        (&format!("{head}[[member]]\nid = 1\nshoe = 2\n"), 6, "FILE_KEY_UNKNOWN"),
        (&format!("{head}{two}[[member]]\nid = 6\n"), 8, "FILE_TWICE"),
        (&format!("{head}{two}[[role]]\naccount = 2\nperson = \"x\"\nrole = \"auditor\"\n"), 9, "NOT_A_MEMBER"),
        (&format!("{head}{two}[[role]]\naccount = 1\nperson = \"x\"\nrole = \"king\"\n"), 11, "ROLE_UNKNOWN"),
        (
            &format!("{head}{two}[[role]]\naccount = 1\nperson = \"x\"\nrole = \"auditor\"\nuntil = \"soon\"\n"),
            12,
            "TIME_INVALID",
        ),
        (&format!("{head}{two}[[connection]]\nfeature = \"magic\"\nfrom = 1\nto = 6\n"), 9, "FEATURE_UNKNOWN"),
        (&format!("{head}{two}[[connection]]\nfeature = \"mirroring\"\nfrom = 1\nto = \"North\"\n"), 11, "SAME_ACCOUNT"),
        (&format!("{head}{two}[[connection]]\nfeature = \"mirroring\"\nfrom = 1\nto = 2\n"), 11, "NOT_A_MEMBER"),
        (&format!("{head}{two}[[connection]]\nfeature = \"mirroring\"\nfrom = 1\n"), 8, "FILE_UNREADABLE"),
    ];
    for (text, line, code) in table {
        let fault = read(text, &accounts()).expect_err(text);
        assert_eq!((fault.line, fault.code), (line, code), "{text}\n{fault}");
    }
    let large = "#".repeat(crate::limits::FILE_BYTES_MAX + 1);
    assert_eq!(read(&large, &accounts()).unwrap_err().code, "FILE_TOO_LARGE");
}

#[test]
fn the_difference_in_words() {
    let (is, mut wanted) = (file(), file());
    assert_eq!(difference(&is, &is), []);
    wanted.policy = [("approval".to_owned(), json!("two"))].into();
    wanted.members = [1, 4, 6].map(AccountId).into();
    wanted.roles.clear();
    let back = EdgeKey { feature: Feature::Mirroring, source: AccountId(6), destination: AccountId(1) };
    wanted.connections = [(back, Terms::default())].into();
    let words: Vec<String> = difference(&is, &wanted).iter().map(|step| step.words(&accounts())).collect();
    let expected = [
        "the rule approval becomes \"two\"; it is \"one\"",
        "account \"5\" is added",
        "the role auditor of eve@group.example for \"West\" ends",
        "mirroring from \"North\" to \"West\" closes",
        "mirroring from \"West\" to \"North\" opens",
        "account \"South\" is removed",
    ];
    assert_eq!(words, expected);
}

/// What the verbs make of steps, as a value.
fn after(mut is: File, steps: Vec<Step>) -> File {
    for step in steps {
        match step {
            Step::SetRule { name, before, after } => {
                assert_eq!(is.policy.insert(name, after).unwrap_or_default(), before);
            }
            Step::AddMember(account) => assert!(is.members.insert(account)),
            Step::EndRole(held) => assert!(is.roles.remove(&held).is_some()),
            Step::GiveRole { held, until, is_new } => {
                assert!(is.members.contains(&held.account));
                assert_eq!(is.roles.insert(held, until).is_none(), is_new);
            }
            Step::Close(edge) => assert!(is.connections.remove(&edge).is_some()),
            Step::Amend(edge, terms) => assert!(is.connections.insert(edge, terms).is_some()),
            Step::Open(edge, terms) => {
                assert!(is.members.contains(&edge.source) && is.members.contains(&edge.destination));
                assert!(is.connections.insert(edge, terms).is_none());
            }
            Step::RemoveMember(account) => {
                assert!(is.members.remove(&account));
                is.roles.retain(|held, _| held.account != account);
                is.connections.retain(|edge, _| !edge.touches(account));
            }
        }
    }
    is
}

type AnyTerms = (Option<String>, Option<BTreeSet<String>>, BTreeSet<String>, Option<i8>, usize);

fn any_file() -> impl Strategy<Value = File> {
    let role = (0..6i64, 0..3usize, 0..4usize, prop::option::of(0..2_000_000_000i64));
    let words = || prop::collection::btree_set("[a-z]{1,5}", 0..3);
    let terms = (prop::option::of("[a-z\"è]{1,9}"), prop::option::of(words()), words(), prop::option::of(1..28i8), 0..3usize);
    let edge = (0..6i64, 0..6i64, 0..4usize, terms);
    let rules = (any::<bool>(), any::<bool>(), 2..9usize, prop::option::of("[a-z\"\\\\'#è=]{1,12}"));
    (prop::collection::btree_set(1..=6i64, 0..=6), prop::collection::vec(role, 0..8), prop::collection::vec(edge, 0..12), rules)
        .prop_map(|(members, roles, edges, (parity, two, members_max, transfer_mechanism))| {
            let members: BTreeSet<AccountId> = members.into_iter().map(AccountId).collect();
            let policy = if parity { Policy::parity() } else { Policy::open() };
            let approval = if two { super::super::proposal::Approval::Two } else { policy.approval };
            let transfer_mechanism = transfer_mechanism.filter(|text| !text.trim().is_empty()).map(|text| text.trim().to_owned());
            let policy = Policy { members_max, transfer_mechanism, approval, ..policy };
            let held = roles.into_iter().map(|(account, person, role, until)| {
                let email = ["eve@group.example", "bo@x.org", "\"odd\"@y.example"][person].to_owned();
                let until = until.map(|seconds| Timestamp::from_second(seconds).unwrap());
                (Held { account: AccountId(account + 1), email, role: Role::ALL[role] }, until)
            });
            let roles = held.filter(|(held, _)| members.contains(&held.account)).collect();
            let key = |(source, destination, feature, (purpose, fields, masked, day, basis)): (i64, i64, usize, AnyTerms)| {
                let edge = EdgeKey {
                    feature: Feature::ALL[feature],
                    source: AccountId(source + 1),
                    destination: AccountId(destination + 1),
                };
                let terms = Terms {
                    purpose,
                    legal_basis: [None, Some(LegalBasis::Contract), Some(LegalBasis::Other)][basis],
                    legal_basis_text: (basis == 2).then(|| "Swiss law".to_owned()),
                    fields,
                    masked,
                    review_on: day.map(|day| jiff::civil::date(2027, 2, day)),
                    ..Terms::default()
                };
                (edge, terms)
            };
            let is_edge = |(edge, _): &(EdgeKey, Terms)| {
                edge.source != edge.destination && members.contains(&edge.source) && members.contains(&edge.destination)
            };
            let connections = edges.into_iter().map(key).filter(is_edge).collect();
            File { id: OrganizationId(50), name: "G \"1\"".to_owned(), policy: policy.values(), members, roles, connections }
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(file in any_file()) {
        let text = write(&file, &accounts());
        prop_assert_eq!(read(&text, &accounts()), Ok(file.clone()));
        prop_assert_eq!(write(&read(&text, &accounts()).unwrap(), &accounts()), text);
    }

    #[test]
    fn the_steps_make_one_organization_of_the_other_and_then_there_are_none(is in any_file(), wanted in any_file()) {
        let made = after(is.clone(), difference(&is, &wanted));
        prop_assert_eq!(&made, &wanted);
        prop_assert_eq!(difference(&made, &wanted), vec![]);
    }
}
