//! The first start, invitations, users and permission sets.

use crate::world::{EAST, PASSWORD, WEST, World, refusal, visitor, wanted, worlds};
use app::cx::Cx;
use app::error::Kind;
use app::permission_set::{self, create as create_permission_set, list as list_permission_sets};
use app::person::{Introduction, Link, first_setup_link, introduce, join, read, read_link};
use app::session::{authenticate, identify, sign_in};
use app::token::authenticate as authenticate_token;
use app::user::{Patch, User, Wanted, create, deactivate, invite, list, remove, update};
use model::account::{Deed, Permission, Permissions, Role, Scope, UserStatus};
use model::object::CONTACT;

const ANN: &str = "ann@ex.org";
const BO: &str = "bo@ex.org";

fn token_of(link: &str) -> String {
    link.rsplit('/').next().expect("a token").to_owned()
}

fn introduction(token: &str) -> Introduction {
    Introduction {
        token: token.to_owned(),
        email: Some("Eva@ex.org".to_owned()),
        name: "Eva".to_owned(),
        password: PASSWORD.to_owned(),
        account_name: Some("North".to_owned()),
        locale: Some("nl".to_owned()),
    }
}

async fn admin(world: &World) -> Cx {
    world.add_user(EAST, ANN, Role::SuperAdmin).await;
    authenticate(&world.app, &world.sign_in(ANN).await.cookie, EAST).await.expect("a context")
}

#[tokio::test]
async fn the_first_start_prints_a_link_that_makes_one_person_and_her_account() {
    for world in worlds().await {
        let old = token_of(&first_setup_link(&world.app).await.expect("a link").expect("nobody is there"));
        let link = first_setup_link(&world.app).await.expect("a link").expect("nobody is there");
        assert!(link.starts_with("https://crm.example/setup/"), "{link}");
        let token = token_of(&link);
        assert_eq!(refusal(read_link(&world.app, &old).await), (Kind::NotFound, "LINK_UNKNOWN"), "a new link replaces the old");
        assert_eq!(read_link(&world.app, &token).await, Ok(Link::Setup));
        let weak = Introduction { password: "password1234".to_owned(), ..introduction(&token) };
        assert_eq!(refusal(introduce(&world.app, &visitor(), weak).await).1, "PASSWORD_COMMON");
        let opened = introduce(&world.app, &visitor(), introduction(&token)).await.expect("signed in");
        let overview = read(&world.app, &opened.session).await.expect("an overview");
        assert_eq!((overview.person.email.as_str(), overview.person.locale.as_str()), ("Eva@ex.org", "nl"));
        assert_eq!((overview.places[0].account.name.as_str(), overview.places[0].user.role), ("North", Role::SuperAdmin));
        assert_eq!(overview.person.default_account, Some(overview.places[0].account.id));
        assert_eq!(refusal(introduce(&world.app, &visitor(), introduction(&token)).await).1, "LINK_UNKNOWN");
        assert_eq!(first_setup_link(&world.app).await.expect("no link"), None, "{}", world.fresh.engine);
        sign_in(&world.app, &visitor(), "eva@ex.org", PASSWORD).await.expect("the password works");
    }
}

#[tokio::test]
async fn a_setup_link_is_worthless_once_somebody_is_there_and_after_three_days() {
    for world in worlds().await {
        let token = token_of(&first_setup_link(&world.app).await.expect("a link").expect("nobody is there"));
        world.wait(72 * 60 * 60);
        assert_eq!(refusal(read_link(&world.app, &token).await).1, "LINK_UNKNOWN");
        let token = token_of(&first_setup_link(&world.app).await.expect("a link").expect("nobody is there"));
        world.add_user(EAST, ANN, Role::SuperAdmin).await;
        assert_eq!(refusal(introduce(&world.app, &visitor(), introduction(&token)).await).1, "LINK_UNKNOWN");
    }
}

#[tokio::test]
async fn an_invited_user_chooses_her_password_behind_a_link() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let created = create(&world.app, &cx, wanted(BO, Role::Standard, Some(PASSWORD))).await.expect("a user");
        let refused = sign_in(&world.app, &visitor(), BO, PASSWORD).await;
        assert_eq!(refusal(refused).1, "SIGN_IN_REFUSED", "only the system sets passwords for others");
        let first = token_of(&created.link.expect("a link"));
        let token = token_of(&invite(&world.app, &cx, created.user.person.id).await.expect("a new link"));
        assert_eq!(refusal(read_link(&world.app, &first).await).1, "LINK_UNKNOWN");
        assert!(matches!(read_link(&world.app, &token).await, Ok(Link::Invitation { email, .. }) if email == BO));
        let introduction = Introduction { email: None, account_name: None, ..introduction(&token) };
        let opened = introduce(&world.app, &visitor(), introduction.clone()).await.expect("signed in");
        authenticate(&world.app, &opened.cookie, EAST).await.expect("in the account");
        assert_eq!(refusal(introduce(&world.app, &visitor(), introduction).await).1, "LINK_UNKNOWN");
        assert_eq!(refusal(invite(&world.app, &cx, created.user.person.id).await).1, "USER_ABLE_TO_SIGN_IN");
        world.sign_in(BO).await;
    }
}

#[tokio::test]
async fn a_known_address_gets_access_with_the_password_it_has() {
    for world in worlds().await {
        let bo = world.add_user(WEST, BO, Role::Standard).await;
        let cx = admin(&world).await;
        let created = create(&world.app, &cx, wanted("BO@ex.org", Role::Standard, None)).await.expect("a user");
        assert_eq!((created.user.person.id, created.link), (bo, None));
        assert_eq!(created.user.person.name, "The person bo@ex.org", "her name is hers");
        let opened = world.sign_in(BO).await;
        for account in [EAST, WEST] {
            authenticate(&world.app, &opened.cookie, account).await.expect("both accounts");
        }
        assert_eq!(refusal(create(&world.app, &cx, wanted(BO, Role::Standard, None)).await), (Kind::Conflict, "USER_EXISTS"));
    }
}

#[tokio::test]
async fn an_address_that_nobody_proved_opens_no_further_account_by_itself() {
    for world in worlds().await {
        // West takes an address that may not be theirs: the link is shown to whoever invites.
        let taken = create(&world.app, &world.system(WEST), wanted(BO, Role::Standard, None)).await.expect("a user");
        let token = token_of(&taken.link.expect("a link"));
        let introduction = Introduction { email: None, account_name: None, ..introduction(&token) };
        let opened = introduce(&world.app, &visitor(), introduction).await.expect("signed in");
        let cx = admin(&world).await;
        let created = create(&world.app, &cx, wanted(BO, Role::SuperAdmin, None)).await.expect("a user");
        assert_eq!(created.user.user.status, UserStatus::Invited);
        let stranger = authenticate(&world.app, &opened.cookie, EAST).await;
        assert_eq!(refusal(stranger), (Kind::NotFound, "OBJECT_NOT_FOUND"), "{}", world.fresh.engine);
        // Whoever has East's link as well, is signed in and accepts.
        let token = token_of(&created.link.expect("a link"));
        assert!(matches!(read_link(&world.app, &token).await, Ok(Link::Join { .. })));
        assert_eq!(join(&world.app, &opened.session, &token).await, Ok(EAST));
        authenticate(&world.app, &opened.cookie, EAST).await.expect("in East too");
    }
}

#[tokio::test]
async fn several_accounts_invite_one_address_and_none_learns_of_the_others() {
    for world in worlds().await {
        let (east, west) = (admin(&world).await, world.system(WEST));
        let named = |email: &str, name: &str| Wanted { name: name.to_owned(), ..wanted(email, Role::Standard, None) };
        let in_west = create(&world.app, &west, named("Bo@Ex.org", "Bo of West")).await.expect("a user");
        let known = create(&world.app, &east, named(BO, "Bo of East")).await.expect("a user");
        let fresh = create(&world.app, &east, named("cy@ex.org", "Cy")).await.expect("a user");
        for (created, email) in [(&known, BO), (&fresh, "cy@ex.org")] {
            let User { user, person, .. } = &created.user;
            assert_eq!((user.status, person.email.as_str(), person.name.as_str()), (UserStatus::Invited, email, ""));
            assert!(created.link.is_some(), "{}: {email}", world.fresh.engine);
        }
        assert_eq!(known.user.person.id, in_west.user.person.id, "one person");
        let listed = list(&world.app, &east).await.expect("a list");
        assert!(listed.iter().all(|user| !format!("{user:?}").contains("of West")), "{listed:?}");
        let offer = read_link(&world.app, &token_of(known.link.as_deref().expect("a link"))).await.expect("an offer");
        assert_eq!(offer, Link::Invitation { email: BO.to_owned(), name: "Bo of East".to_owned() });
        let again =
            [invite(&world.app, &east, known.user.person.id).await, invite(&world.app, &east, fresh.user.person.id).await];
        assert!(again.iter().all(Result::is_ok), "{again:?}");
        read_link(&world.app, &token_of(in_west.link.as_deref().expect("a link"))).await.expect("West's link still works");
    }
}

#[tokio::test]
async fn a_link_lets_into_the_account_that_gave_it_and_no_other() {
    for world in worlds().await {
        let (east, west) = (admin(&world).await, world.system(WEST));
        let in_west = create(&world.app, &west, wanted(BO, Role::SuperAdmin, None)).await.expect("a user");
        let in_east = create(&world.app, &east, wanted(BO, Role::Standard, None)).await.expect("a user");
        let (west_token, east_token) = (token_of(&in_west.link.expect("a link")), token_of(&in_east.link.expect("a link")));
        let introduction = Introduction { email: None, account_name: None, ..introduction(&east_token) };
        let opened = introduce(&world.app, &visitor(), introduction.clone()).await.expect("signed in");
        authenticate(&world.app, &opened.cookie, EAST).await.expect("in the account that invited");
        assert_eq!(refusal(authenticate(&world.app, &opened.cookie, WEST).await).0, Kind::NotFound, "{}", world.fresh.engine);
        // The administrator of East, who held that link, holds nothing of West; who holds West's link signs in and accepts.
        let offer = read_link(&world.app, &west_token).await.expect("an offer");
        assert_eq!(offer, Link::Join { email: BO.to_owned(), account: "Account 8".to_owned() });
        let over = Introduction { token: west_token.clone(), ..introduction };
        assert_eq!(refusal(introduce(&world.app, &visitor(), over).await).1, "LINK_UNKNOWN");
        let ann = world.sign_in(ANN).await.session;
        assert_eq!(refusal(join(&world.app, &ann, &west_token).await).1, "LINK_UNKNOWN");
        assert_eq!(join(&world.app, &opened.session, &west_token).await.expect("accepted"), WEST);
        assert_eq!(refusal(join(&world.app, &opened.session, &west_token).await).1, "LINK_UNKNOWN");
        authenticate(&world.app, &opened.cookie, WEST).await.expect("in West now");
    }
}

#[tokio::test]
async fn only_accepting_makes_an_invited_user_active() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let invited = create(&world.app, &cx, wanted(BO, Role::Standard, None)).await.expect("a user").user.person.id;
        for status in [UserStatus::Active, UserStatus::Deactivated] {
            let refused = update(&world.app, &cx, invited, Patch { status: Some(status), ..Patch::default() }).await;
            assert_eq!(refusal(refused), (Kind::Conflict, "USER_INVITED"), "{}", world.fresh.engine);
        }
        let back = Patch { status: Some(UserStatus::Invited), ..Patch::default() };
        let ann = cx.person.expect("Ann").id;
        assert_eq!(refusal(update(&world.app, &cx, ann, back).await).1, "USER_INVITED");
        remove(&world.app, &cx, invited).await.expect("she can be removed at once");
    }
}

#[tokio::test]
async fn a_deactivated_user_is_out_from_her_next_request_on() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let opened = world.sign_in(BO).await;
        assert_eq!(refusal(remove(&world.app, &cx, bo).await).1, "USER_STILL_ACTIVE");
        deactivate(&world.app, &cx, bo).await.expect("deactivated");
        assert_eq!(refusal(authenticate(&world.app, &opened.cookie, EAST).await).0, Kind::NotFound);
        identify(&world.app, &opened.cookie).await.expect("her login is hers");
        let back = Patch { status: Some(UserStatus::Active), ..Patch::default() };
        update(&world.app, &cx, bo, back).await.expect("back");
        authenticate(&world.app, &opened.cookie, EAST).await.expect("in again");
        deactivate(&world.app, &cx, bo).await.expect("deactivated");
        remove(&world.app, &cx, bo).await.expect("removed");
        assert_eq!(list(&world.app, &cx).await.expect("a list").len(), 1, "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn the_last_super_admin_cannot_be_taken_away() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let ann = cx.person.expect("ann").id;
        let demote = Patch { role: Some(Role::Standard), ..Patch::default() };
        assert_eq!(refusal(update(&world.app, &cx, ann, demote.clone()).await).1, "LAST_SUPER_ADMIN");
        assert_eq!(refusal(deactivate(&world.app, &cx, ann).await).1, "LAST_SUPER_ADMIN");
        world.add_user(EAST, BO, Role::SuperAdmin).await;
        update(&world.app, &cx, ann, demote).await.expect("one of two");
    }
}

#[tokio::test]
async fn nobody_hands_out_what_she_does_not_hold() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let narrow = Permissions::default().with(CONTACT, Deed::View, Scope::Owned);
        let manager = Permissions { names: [Permission::UsersManage].into(), ..narrow.clone() };
        let set = create_permission_set(&world.app, &cx, "Managers", manager.clone()).await.expect("a set");
        assert_eq!(refusal(create_permission_set(&world.app, &cx, "managers", narrow.clone()).await).1, "PERMISSION_SET_EXISTS");
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let give = Patch { permission_set: Some(Some(set.id)), ..Patch::default() };
        update(&world.app, &cx, bo, give).await.expect("given");
        let cx = authenticate(&world.app, &world.sign_in(BO).await.cookie, EAST).await.expect("a context");
        assert_eq!(cx.standing.permissions, manager);
        let more = create_permission_set(&world.app, &cx, "More", Permissions::member()).await;
        assert_eq!(refusal(more), (Kind::Forbidden, "PERMISSIONS_BEYOND_OWN"));
        let member = create(&world.app, &cx, wanted("cy@ex.org", Role::Standard, None)).await;
        assert_eq!(refusal(member).1, "PERMISSIONS_BEYOND_OWN");
        let chief = create(&world.app, &cx, wanted("cy@ex.org", Role::SuperAdmin, None)).await;
        assert_eq!(refusal(chief).1, "SUPER_ADMIN_ONLY");
        let own = create_permission_set(&world.app, &cx, "Own contacts", narrow).await.expect("a smaller set");
        let mut like_her = wanted("cy@ex.org", Role::Standard, None);
        like_her.permission_set = Some(own.id);
        create(&world.app, &cx, like_her).await.expect("a smaller user");
        assert_eq!(list_permission_sets(&world.app, &cx).await.expect("sets").len(), 2, "{}", world.fresh.engine);
        // Whoever has an invitation's link can be that user: making one is handing out what she may.
        let above = [
            create(&world.app, &world.system(EAST), wanted("dot@ex.org", Role::SuperAdmin, None)).await.expect("a user"),
            create(&world.app, &world.system(EAST), wanted("eli@ex.org", Role::Standard, None)).await.expect("a user"),
        ];
        let links = [
            refusal(invite(&world.app, &cx, above[0].user.person.id).await).1,
            refusal(invite(&world.app, &cx, above[1].user.person.id).await).1,
        ];
        assert_eq!(links, ["SUPER_ADMIN_ONLY", "PERMISSIONS_BEYOND_OWN"], "{}", world.fresh.engine);
        let elsewhere = Patch { permission_set: Some(Some(model::id::PermissionSetId(999_999))), ..Patch::default() };
        assert_eq!(refusal(update(&world.app, &cx, bo, elsewhere).await).1, "PERMISSION_SET_UNKNOWN");
    }
}

#[tokio::test]
async fn a_changed_permission_set_counts_for_its_holders_at_once_and_goes_when_nobody_holds_it() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let narrow = Permissions::default().with(CONTACT, Deed::View, Scope::Owned);
        let wide = narrow.clone().with(CONTACT, Deed::View, Scope::Everything);
        let set = create_permission_set(&world.app, &cx, "Reps", narrow.clone()).await.expect("a set");
        let other = create_permission_set(&world.app, &cx, "Others", narrow.clone()).await.expect("a set");
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let give = |id| Patch { permission_set: Some(Some(id)), ..Patch::default() };
        update(&world.app, &cx, bo, give(set.id)).await.expect("given");
        let opened = world.sign_in(BO).await;
        let wider = permission_set::Patch { name: Some("All reps".to_owned()), permissions: Some(wide.clone()) };
        let changed = permission_set::update(&world.app, &cx, set.id, wider).await.expect("changed");
        assert_eq!((changed.name.as_str(), &changed.permissions), ("All reps", &wide));
        let bos = authenticate(&world.app, &opened.cookie, EAST).await.expect("a context");
        assert_eq!(bos.standing.permissions, wide, "{}", world.fresh.engine);
        let taken = permission_set::Patch { name: Some("OTHERS".to_owned()), permissions: None };
        assert_eq!(refusal(permission_set::update(&world.app, &cx, set.id, taken).await).1, "PERMISSION_SET_EXISTS");
        let held = permission_set::delete(&world.app, &cx, set.id).await.expect_err("a refusal");
        assert_eq!((held.kind, held.code), (Kind::Conflict, "PERMISSION_SET_IN_USE"));
        assert_eq!(held.message, "1 user holds the permission set \"All reps\"; give them another one first");
        update(&world.app, &cx, bo, give(other.id)).await.expect("given");
        permission_set::delete(&world.app, &cx, set.id).await.expect("it goes");
        assert_eq!(refusal(permission_set::delete(&world.app, &cx, set.id).await).0, Kind::NotFound);
        assert_eq!(
            list_permission_sets(&world.app, &cx).await.expect("sets"),
            std::slice::from_ref(&other),
            "{}",
            world.fresh.engine
        );
        let west = world.system(WEST);
        assert_eq!(refusal(permission_set::delete(&world.app, &west, other.id).await).0, Kind::NotFound, "another account's");
    }
}

#[tokio::test]
async fn nobody_changes_a_permission_set_beyond_her_own() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let manager = Permissions { names: [Permission::UsersManage].into(), ..Permissions::default() };
        let more = Permissions { names: [Permission::UsersManage, Permission::Export].into(), ..Permissions::default() };
        let own = create_permission_set(&world.app, &cx, "Managers", manager.clone()).await.expect("a set");
        let beyond = create_permission_set(&world.app, &cx, "More", more.clone()).await.expect("a set");
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        update(&world.app, &cx, bo, Patch { permission_set: Some(Some(own.id)), ..Patch::default() }).await.expect("given");
        let cx = authenticate(&world.app, &world.sign_in(BO).await.cookie, EAST).await.expect("a context");
        let to = |permissions: &Permissions| permission_set::Patch { name: None, permissions: Some(permissions.clone()) };
        for refused in [
            refusal(permission_set::update(&world.app, &cx, own.id, to(&more)).await),
            refusal(permission_set::update(&world.app, &cx, beyond.id, to(&manager)).await),
            refusal(permission_set::delete(&world.app, &cx, beyond.id).await),
        ] {
            assert_eq!(refused, (Kind::Forbidden, "PERMISSIONS_BEYOND_OWN"), "{}", world.fresh.engine);
        }
    }
}

#[tokio::test]
async fn without_the_right_nobody_touches_users() {
    for world in worlds().await {
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let cx = authenticate(&world.app, &world.sign_in(BO).await.cookie, EAST).await.expect("a context");
        let id = model::id::PermissionSetId(1);
        let refused = [
            refusal(create(&world.app, &cx, wanted(ANN, Role::Standard, None)).await),
            refusal(update(&world.app, &cx, bo, Patch::default()).await),
            refusal(remove(&world.app, &cx, bo).await),
            refusal(invite(&world.app, &cx, bo).await),
            refusal(create_permission_set(&world.app, &cx, "Set", Permissions::default()).await),
            refusal(permission_set::update(&world.app, &cx, id, permission_set::Patch::default()).await),
            refusal(permission_set::delete(&world.app, &cx, id).await),
            refusal(app::token::list(&world.app, &cx).await),
        ];
        assert_eq!(refused, [(Kind::Forbidden, "PERMISSION_MISSING"); 8]);
        assert_eq!(list(&world.app, &cx).await.expect("whoever is in may see who else is").len(), 1);
    }
}

#[tokio::test]
async fn two_spellings_of_an_address_or_a_name_are_one_and_what_turns_text_round_is_refused() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let (composed, decomposed) = ("angélique@ex.org", "Ange\u{301}lique@Ex.ORG");
        let angelique = world.add_user(EAST, composed, Role::Standard).await;
        let again = create(&world.app, &cx, wanted(decomposed, Role::Standard, None)).await;
        assert_eq!(refusal(again).1, "USER_EXISTS", "{}", world.fresh.engine);
        let opened = world.sign_in(decomposed).await;
        assert_eq!(opened.session.person, angelique);
        create_permission_set(&world.app, &cx, "Équipe", Permissions::default()).await.expect("a set");
        let same = create_permission_set(&world.app, &cx, "e\u{301}quipe", Permissions::default()).await;
        assert_eq!(refusal(same).1, "PERMISSION_SET_EXISTS");

        let call_her = async |name: &str| {
            let patch = app::person::Patch { name: Some(name.to_owned()), ..Default::default() };
            app::person::update(&world.app, &opened.session, patch).await.map(|person| person.name)
        };
        for (typed, kept) in
            [(" Zoe\u{308} ", "Zoë"), ("שרה לוי", "שרה לוי"), ("مريم", "مريم"), ("q\u{323}\u{307}", "q\u{323}\u{307}")]
        {
            assert_eq!(call_her(typed).await.as_deref(), Ok(kept));
        }
        for (typed, code) in [
            ("Ann\u{202E}nimda", "NAME_HAS_CONTROL_CHARACTER"),
            ("Ann\u{2066}x", "NAME_HAS_CONTROL_CHARACTER"),
            (&"x".repeat(256), "NAME_TOO_LONG"),
            ("\u{2003}", "NAME_EMPTY"),
        ] {
            assert_eq!(refusal(call_her(typed).await).1, code);
            let patch = app::account::Patch { name: Some(typed.to_owned()), ..Default::default() };
            assert_eq!(refusal(app::account::update(&world.app, &cx, patch).await).1, code, "of an account too");
            let new = app::organization::New {
                name: typed.to_owned(),
                accounts: vec![WEST],
                invited: vec![],
                acknowledged_text_version: model::organization::IMPACT_TEXT_VERSION.to_owned(),
                policy: model::policy::Policy::open(),
                proof: None,
            };
            let organized = app::organization::create(&world.app, &world.system(EAST), new).await;
            assert_eq!(refusal(organized).1, code, "and of an organization");
        }
    }
}

#[tokio::test]
async fn a_token_hands_out_no_more_than_its_scopes() {
    for world in worlds().await {
        let scopes = ["users.manage", "crm.objects.contacts.read"].map(str::to_owned);
        let made = app::token::create(&world.app, &world.system(EAST), "Directory", &scopes).await.expect("a token");
        let cx = authenticate_token(&world.app, &made.text).await.expect("a context");
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        for refused in [
            refusal(create(&world.app, &cx, wanted("cy@ex.org", Role::Standard, None)).await),
            refusal(create_permission_set(&world.app, &cx, "All", Permissions::member()).await),
            refusal(update(&world.app, &cx, bo, Patch { role: Some(Role::PartnerAdmin), ..Patch::default() }).await),
        ] {
            assert_eq!(refused, (Kind::Forbidden, "PERMISSIONS_BEYOND_OWN"), "{}", world.fresh.engine);
        }
        let chief = Patch { role: Some(Role::SuperAdmin), ..Patch::default() };
        assert_eq!(refusal(update(&world.app, &cx, bo, chief).await).1, "SUPER_ADMIN_ONLY");
        let invited =
            create(&world.app, &world.system(EAST), wanted("dot@ex.org", Role::SuperAdmin, None)).await.expect("a user");
        assert_eq!(refusal(invite(&world.app, &cx, invited.user.person.id).await).1, "SUPER_ADMIN_ONLY");
        let reading = Permissions::default().with(CONTACT, Deed::View, Scope::Everything);
        let set = create_permission_set(&world.app, &cx, "Readers", reading).await.expect("what its scopes hold");
        let reader = Wanted { permission_set: Some(set.id), ..wanted("cy@ex.org", Role::Standard, None) };
        create(&world.app, &cx, reader).await.expect("a user who may no more than the token");
        // A set of others that goes further is not handed out either, nor made to go further by its holder.
        let wide = create_permission_set(&world.app, &world.system(EAST), "Wide", Permissions::member()).await.expect("a set");
        let give = Patch { permission_set: Some(Some(wide.id)), ..Patch::default() };
        assert_eq!(refusal(update(&world.app, &cx, bo, give).await).1, "PERMISSIONS_BEYOND_OWN");
        let wider = permission_set::Patch { name: None, permissions: Some(Permissions::member()) };
        assert_eq!(refusal(permission_set::update(&world.app, &cx, set.id, wider).await).1, "PERMISSIONS_BEYOND_OWN");
    }
}

#[tokio::test]
async fn an_account_has_a_hundred_permission_sets_and_not_one_more() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let make = async |n: usize| create_permission_set(&world.app, &cx, &format!("Set {n}"), Permissions::default()).await;
        for n in 0..model::limits::PERMISSION_SETS_MAX {
            make(n).await.expect("one of a hundred");
        }
        let refused = make(100).await.expect_err("a refusal");
        assert_eq!((refused.kind, refused.code), (Kind::TooLarge, "PERMISSION_SETS_TOO_MANY"), "{}", world.fresh.engine);
        let first = list_permission_sets(&world.app, &cx).await.expect("sets").swap_remove(0);
        permission_set::delete(&world.app, &cx, first.id).await.expect("room for another");
        make(100).await.expect("the hundredth");
    }
}
