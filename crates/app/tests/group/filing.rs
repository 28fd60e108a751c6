//! An organization as a file: what is written is what is, a plan changes nothing, and applying it twice changes nothing more.

use crate::world::*;
use app::connection;
use app::organization::file::{APPLY, apply, operator, plan, subject, write};
use app::organization::log;
use app::organization::roles::{self, GRANT, Wanted, grant};
use app::organization::{self, read};
use model::account::{Role as UserRole, Seat};
use model::eligibility::Policy;
use model::id::{OrganizationId, PersonId};
use model::organization::log::{Filter, Place};
use model::organization::role::Role;

/// A standard user of West.
const EVE: PersonId = PersonId(41);

async fn filed(group: &Group) -> (OrganizationId, String) {
    group.add_person(EVE, "Eve", true).await;
    group.put_user(WEST, EVE, UserRole::Standard, &[Seat::Core]).await;
    let id = group.create(ANN, CENTRAL, &[EAST, WEST], Policy::open()).await.unwrap().organization.id;
    group.open(&[mirroring(EAST, WEST)]).await;
    let proof = group.proof(ANN, GRANT, &roles::subject(EAST, EVE, Role::Auditor)).await;
    let role = Wanted { account: EAST, email: "eve@group.example".to_owned(), role: Role::Auditor, until: None };
    grant(&group.app, &group.cx(ANN, EAST).await, id, role, Some(&proof)).await.unwrap();
    let text = write(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap();
    (id, text)
}

/// West leaves, mirroring is turned round to Central, another role, another rule.
fn changed(text: &str) -> String {
    let role = "\n[[role]]\naccount = \"East\"\nperson = \"eve@group.example\"\nrole = \"auditor\"\n";
    let other = "\n[[role]]\naccount = \"Central\"\nperson = \"bo@group.example\"\nrole = \"privacy_officer\"\nuntil = 2099-01-01T00:00:00Z\n";
    let member = "\n[[member]]\nid = 3\nname = \"West\"\n";
    let edge = "\n[[connection]]\nfeature = \"mirroring\"\nfrom = \"East\"\nto = \"West\"\npurpose = \"one service\"\nlegal_basis = \"contract\"\n";
    let turned = "\n[[connection]]\nfeature = \"mirroring\"\nfrom = 2\nto = \"Central\"\npurpose = \"one service\"\nlegal_basis = \"contract\"\n";
    for part in [role, member, edge, "verify_removal = false"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let text = text.replace(role, other).replace(member, "").replace(edge, turned);
    text.replace("verify_removal = false", "verify_removal = true")
}

#[tokio::test]
async fn what_is_written_is_what_is_and_a_plan_says_in_words_what_would_change() {
    for group in groups().await {
        let (id, text) = filed(&group).await;
        let ann = group.cx(ANN, CENTRAL).await;
        assert_eq!(plan(&group.app, &ann, id, &text).await.unwrap().steps, [], "{}", group.fresh.engine);
        let planned = plan(&group.app, &ann, id, &changed(&text)).await.unwrap();
        let words: Vec<&str> = planned.steps.iter().map(|(_, words)| words.as_str()).collect();
        let expected = [
            "the rule verify_removal becomes true; it is false",
            "the role auditor of eve@group.example for \"East\" ends",
            "the role privacy_officer of bo@group.example for \"Central\" is given, until 2099-01-01T00:00:00Z",
            "mirroring from \"East\" to \"Central\" opens",
            "account \"West\" is removed",
        ];
        assert_eq!(words, expected);
        assert_eq!(write(&group.app, &ann, id).await.unwrap(), text);
        let of_another = text.replace(&format!("id = {id}\nname"), "id = 4711\nname");
        assert_eq!(code(plan(&group.app, &ann, id, &of_another).await), "FILE_OF_ANOTHER");
        let renamed = text.replace("\"The Group\"", "\"Their Group\"");
        assert_eq!(code(plan(&group.app, &ann, id, &renamed).await), "FILE_OF_ANOTHER");
        let limit = text.lines().find(|line| line.starts_with("members_max = ")).unwrap();
        let crowded = text.replace(limit, "members_max = 2");
        assert_eq!(code(plan(&group.app, &ann, id, &crowded).await), "POLICY_MEMBERS_MAX_TOO_LOW", "as applying it would say");
        // With the members it is about gone first, the same limit holds.
        let smaller = changed(&text).replace(limit, "members_max = 2");
        let planned = plan(&group.app, &ann, id, &smaller).await.unwrap();
        assert_eq!(planned.steps.last().unwrap().1, format!("the rule members_max becomes 2; it is {}", &limit[14..]));
        let unknown = text.replace("[policy]", "[policy]\nshoes = 1");
        let refused = plan(&group.app, &ann, id, &unknown).await.unwrap_err();
        assert_eq!((refused.code, refused.reasons[0].code.as_str()), ("FILE_KEY_UNKNOWN", "FILE_KEY_UNKNOWN"));
    }
}

#[tokio::test]
async fn applied_with_one_second_factor_it_is_so_and_applied_again_nothing_happens() {
    for group in groups().await {
        let (id, text) = filed(&group).await;
        let wanted = changed(&text);
        let ann = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(apply(&group.app, &ann, id, &wanted, consent(None)).await), "STEP_UP_NEEDED", "{}", group.fresh.engine);
        let other = group.proof(ANN, APPLY, &subject(id, &text)).await;
        assert_eq!(code(apply(&group.app, &ann, id, &wanted, consent(Some(&other))).await), "STEP_UP_NEEDED");
        let proof = group.proof(ANN, APPLY, &subject(id, &wanted)).await;
        let done = apply(&group.app, &ann, id, &wanted, consent(Some(&proof))).await.unwrap();
        assert_eq!((done.done.len(), done.waiting.len()), (5, 0));
        let now = read(&group.app, &ann).await.unwrap().organization;
        assert_eq!(now.members.keys().copied().collect::<Vec<_>>(), [CENTRAL, EAST]);
        assert_eq!(now.open.keys().copied().collect::<Vec<_>>(), [mirroring(EAST, CENTRAL)]);
        assert!(now.policy.verify_removal);
        // Bo is a user of West only, which left.
        let left = plan(&group.app, &ann, id, &wanted).await.unwrap();
        assert_eq!(left.steps.len(), 1, "{:?}", left.steps);
        let again = write(&group.app, &ann, id).await.unwrap();
        assert_eq!(plan(&group.app, &ann, id, &again).await.unwrap().steps, []);
        assert_eq!(apply(&group.app, &ann, id, &again, consent(None)).await.unwrap().done, Vec::<String>::new());
        let only = Filter { act: Some("file_applied".to_owned()), ..Filter::default() };
        assert_eq!(log::list(&group.app, &ann, id, &only, Place::After(0), 9).await.unwrap().len(), 1);
        assert_eq!(log::verify(&group.app, &ann, id).await.unwrap().altered, None);
    }
}

#[tokio::test]
async fn a_file_gives_nobody_a_right_she_has_not() {
    for group in groups().await {
        let (id, text) = filed(&group).await;
        let wanted = changed(&text);
        let eve = group.cx(EVE, WEST).await;
        assert_eq!(code(write(&group.app, &eve, id).await), "NOT_ADMIN_EVERYWHERE", "{}", group.fresh.engine);
        // Cat is Super Admin of Central and East: rules are not hers to change, and nothing after them is done.
        let cat = group.cx(CAT, EAST).await;
        let proof = group.proof(CAT, APPLY, &subject(id, &wanted)).await;
        assert_eq!(code(apply(&group.app, &cat, id, &wanted, consent(Some(&proof))).await), "NOT_ADMIN_EVERYWHERE");
        assert_eq!(write(&group.app, &cat, id).await.unwrap(), text);
        let elsewhere = OrganizationId(id.0 + 1);
        assert_eq!(code(plan(&group.app, &cat, elsewhere, &text).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(plan(&group.app, &group.cx(BO, WEST).await, id, &text).await), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn the_operator_applies_a_file_from_any_member_that_stays() {
    for group in groups().await {
        let (id, text) = filed(&group).await;
        let (cx, of) = operator(&group.app, &text).await.unwrap();
        assert_eq!(of, id);
        // Central, the first member, goes.
        let gone = text.replace("\n[[member]]\nid = 1\nname = \"Central\"\n", "");
        let done = apply(&group.app, &cx, id, &gone, consent(None)).await.unwrap();
        assert_eq!(done.done, ["account \"Central\" is removed"], "{}", group.fresh.engine);
        let view = read(&group.app, &group.system(EAST)).await.unwrap();
        assert_eq!(view.organization.members.len(), 2);
        connection::cut(&group.app, &group.system(EAST), EAST, WEST).await.unwrap();
        group.clock.advance(jiff::SignedDuration::from_mins(1));
        let (cx, _) = operator(&group.app, &gone).await.unwrap();
        let back = apply(&group.app, &cx, id, &text, consent(None)).await.unwrap();
        assert_eq!(back.done, ["account \"Central\" is added", "mirroring from \"East\" to \"West\" opens"]);
        let foreign = text.replace(&format!("id = {id}\nname"), "id = 4711\nname");
        assert_eq!(code(operator(&group.app, &foreign).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(organization::reconcile(&group.app).await.unwrap(), 0);
    }
}
