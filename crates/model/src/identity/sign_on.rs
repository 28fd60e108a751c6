//! Single sign-on: whom a believed provider signs in. It never takes over a login: somebody who is also in accounts outside the
//! provider's realm shows first, by her own password or passkey, that the provider speaks for her.
//!
//! ```text
//!   known by (provider, subject) or by a verified address of a proved domain
//!      |-- in the realm only, or confirmed before ----------------> signed in
//!      |-- also in other accounts --> own password or passkey ----> confirmed, signed in
//!      \-- in none of its accounts -- joining is on --------------> a user without permissions, signed in
//!                                 \-- joining is off -------------> refused
//! ```

use crate::id::PersonId;

/// What is known about whoever the provider names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub person: PersonId,
    /// The provider named her before; else she was found by her address.
    pub linked: bool,
    /// She showed that the provider speaks for her.
    pub confirmed: bool,
    /// She can sign in without this provider.
    pub able: bool,
    /// An active or invited user of an account of the realm.
    pub in_realm: bool,
    /// A user of an account outside the realm who accepted.
    pub elsewhere: bool,
    /// Barred from signing in.
    pub barred: bool,
}

/// What becomes of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    SignIn(PersonId),
    /// First she shows that it is she, by what she signs in with elsewhere.
    Confirm(PersonId),
    /// She becomes a user where people may join; a new person when there is none yet.
    Join(Option<PersonId>),
    Refused(Refusal),
}

/// Why somebody whom the provider knows does not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody invited her here, or she was taken out.
    NoAccess,
    /// The provider does not say that her address is verified, or may not speak for it.
    AddressUnproved,
}

/// Decides. `address_proved`: the provider says that the address is verified, and its domain is proved to be the realm's.
pub fn admit(known: Option<Known>, address_proved: bool, joining: bool) -> Admission {
    let Some(known) = known else {
        return match (address_proved, joining) {
            (false, _) => Admission::Refused(Refusal::AddressUnproved),
            (true, false) => Admission::Refused(Refusal::NoAccess),
            (true, true) => Admission::Join(None),
        };
    };
    if !known.linked && !address_proved {
        return Admission::Refused(Refusal::AddressUnproved);
    }
    if known.barred || !(known.in_realm || joining && address_proved) {
        return Admission::Refused(Refusal::NoAccess);
    }
    // Without a way of her own there is nothing to confirm by: then the provider is her login, if it was already.
    let hers_already = known.confirmed || known.linked && !known.able;
    if known.elsewhere && !hers_already {
        return if known.able { Admission::Confirm(known.person) } else { Admission::Refused(Refusal::NoAccess) };
    }
    if known.in_realm { Admission::SignIn(known.person) } else { Admission::Join(Some(known.person)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: PersonId = PersonId(1);
    const PLAIN: Known =
        Known { person: ANN, linked: false, confirmed: false, able: true, in_realm: true, elsewhere: false, barred: false };

    #[test]
    fn who_comes_in_is_a_table() {
        use Admission::*;
        let no_access = Refused(super::Refusal::NoAccess);
        let unproved = Refused(super::Refusal::AddressUnproved);
        let linked = Known { linked: true, ..PLAIN };
        let abroad = Known { elsewhere: true, ..PLAIN };
        let out = Known { in_realm: false, ..PLAIN };
        let rows = [
            ("in the realm, address proved", Some(PLAIN), true, false, SignIn(ANN)),
            ("in the realm, address not proved", Some(PLAIN), false, false, unproved),
            ("linked, address not proved any more", Some(linked), false, false, SignIn(ANN)),
            ("also elsewhere", Some(abroad), true, false, Confirm(ANN)),
            ("also elsewhere, linked before she was", Some(Known { linked: true, ..abroad }), true, false, Confirm(ANN)),
            ("also elsewhere, confirmed", Some(Known { linked: true, confirmed: true, ..abroad }), true, false, SignIn(ANN)),
            ("also elsewhere, no way of her own", Some(Known { able: false, ..abroad }), true, true, no_access),
            (
                "also elsewhere, this is her only login",
                Some(Known { able: false, linked: true, ..abroad }),
                true,
                false,
                SignIn(ANN),
            ),
            ("invited only", Some(Known { able: false, ..PLAIN }), true, false, SignIn(ANN)),
            ("taken out", Some(out), true, false, no_access),
            ("taken out and linked", Some(Known { linked: true, ..out }), true, false, no_access),
            ("not in the realm, joining", Some(out), true, true, Join(Some(ANN))),
            ("elsewhere only, joining", Some(Known { elsewhere: true, ..out }), true, true, Confirm(ANN)),
            ("barred", Some(Known { barred: true, ..linked }), true, true, no_access),
            ("nobody", None, true, false, no_access),
            ("nobody, joining", None, true, true, Join(None)),
            ("nobody, joining, address not proved", None, false, true, unproved),
        ];
        for (what, known, proved, joining, expected) in rows {
            assert_eq!(admit(known, proved, joining), expected, "{what}");
        }
    }

    #[test]
    fn nobody_elsewhere_is_signed_in_unasked() {
        for bits in 0..32_u8 {
            let bit = |n: u8| bits & (1 << n) != 0;
            let (linked, able, in_realm, proved, joining) = (bit(0), bit(1), bit(2), bit(3), bit(4));
            let known = Known { linked, able, in_realm, elsewhere: true, ..PLAIN };
            let admission = admit(Some(known), proved, joining);
            let comes_in = matches!(admission, Admission::SignIn(_) | Admission::Join(_));
            assert!(!comes_in || linked && !able, "{known:?}");
        }
    }
}
