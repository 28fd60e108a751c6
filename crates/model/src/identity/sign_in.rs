//! Signing in: which proofs make a session.
//!
//! ```text
//!   password --- nothing else enrolled ------------------------------> signed in
//!       \------- a second factor is enrolled --> second factor shown -> signed in
//!   passkey, its user verified by the device (two factors in one) ---> signed in
//! ```

use crate::id::PersonId;
use serde::{Deserialize, Serialize};

/// What a person can sign in with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Enrolled {
    pub password: bool,
    pub totp: bool,
    pub n_passkeys: usize,
    /// Unused ones. They replace another second factor and are none by themselves.
    pub n_recovery_codes: usize,
}

/// A way of proving a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Totp,
    Recovery,
    Passkey,
}

impl Method {
    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Method::Totp => "totp",
            Method::Recovery => "recovery",
            Method::Passkey => "passkey",
        }
    }
}

impl Enrolled {
    /// Whether a password alone is not enough.
    pub fn has_second_factor(self) -> bool {
        self.totp || self.n_passkeys > 0
    }

    /// The ways in which a second factor can be shown, the usual one first.
    pub fn methods(self) -> Vec<Method> {
        let recovery = self.has_second_factor() && self.n_recovery_codes > 0;
        let all = [(Method::Totp, self.totp), (Method::Passkey, self.n_passkeys > 0), (Method::Recovery, recovery)];
        all.into_iter().filter(|(_, has)| *has).map(|(method, _)| method).collect()
    }
}

/// What a person has proved so far in one attempt to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Unknown,
    /// The password, which is not enough.
    Password(PersonId),
    SignedIn {
        person: PersonId,
        /// A second factor was part of it.
        second_factor: bool,
    },
}

/// Something that was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    Password(PersonId),
    /// A second factor of somebody.
    Second(PersonId, Method),
    /// A passkey whose device verified its user.
    VerifiedPasskey(PersonId),
}

/// The state after something was verified. What does not belong together starts over: a second factor without the
/// password before it, or another person's.
pub fn next(state: State, proved: Proved, enrolled: Enrolled) -> State {
    match (state, proved) {
        (State::SignedIn { .. }, _) => state,
        (_, Proved::VerifiedPasskey(person)) => State::SignedIn { person, second_factor: true },
        (_, Proved::Password(person)) if enrolled.has_second_factor() => State::Password(person),
        (_, Proved::Password(person)) => State::SignedIn { person, second_factor: false },
        (State::Password(first), Proved::Second(second, _)) if first == second => {
            State::SignedIn { person: first, second_factor: true }
        }
        (State::Unknown | State::Password(_), Proved::Second(..)) => State::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANN: PersonId = PersonId(1);
    const BO: PersonId = PersonId(2);
    const PLAIN: Enrolled = Enrolled { password: true, totp: false, n_passkeys: 0, n_recovery_codes: 0 };
    const WITH_TOTP: Enrolled = Enrolled { totp: true, n_recovery_codes: 10, ..PLAIN };

    #[test]
    fn a_password_is_enough_only_without_a_second_factor() {
        let proved = Proved::Password(ANN);
        assert_eq!(next(State::Unknown, proved, PLAIN), State::SignedIn { person: ANN, second_factor: false });
        assert_eq!(next(State::Unknown, proved, WITH_TOTP), State::Password(ANN));
        let with_passkey = Enrolled { n_passkeys: 1, ..PLAIN };
        assert_eq!(next(State::Unknown, proved, with_passkey), State::Password(ANN));
        let codes_only = Enrolled { n_recovery_codes: 10, ..PLAIN };
        assert_eq!(next(State::Unknown, proved, codes_only), State::SignedIn { person: ANN, second_factor: false });
    }

    #[test]
    fn a_second_factor_counts_after_the_password_of_the_same_person() {
        let totp = Proved::Second(ANN, Method::Totp);
        assert_eq!(next(State::Password(ANN), totp, WITH_TOTP), State::SignedIn { person: ANN, second_factor: true });
        assert_eq!(next(State::Unknown, totp, WITH_TOTP), State::Unknown);
        assert_eq!(next(State::Password(BO), totp, WITH_TOTP), State::Unknown);
    }

    #[test]
    fn the_methods_are_those_that_are_enrolled() {
        assert_eq!(WITH_TOTP.methods(), [Method::Totp, Method::Recovery]);
        assert_eq!(Enrolled { n_passkeys: 2, ..PLAIN }.methods(), [Method::Passkey]);
        assert_eq!(Enrolled { n_recovery_codes: 3, ..PLAIN }.methods(), []);
    }

    fn proofs() -> impl Strategy<Value = Proved> {
        let person = prop_oneof![Just(ANN), Just(BO)];
        let method = prop_oneof![Just(Method::Totp), Just(Method::Recovery), Just(Method::Passkey)];
        (0..3, person, method).prop_map(|(kind, person, method)| match kind {
            0 => Proved::Password(person),
            1 => Proved::Second(person, method),
            _ => Proved::VerifiedPasskey(person),
        })
    }

    proptest! {
        #[test]
        fn nobody_is_signed_in_without_the_factors_she_enrolled(
            events in prop::collection::vec(proofs(), 0..20), totp in any::<bool>(), n_passkeys in 0_usize..3,
        ) {
            let enrolled = Enrolled { password: true, totp, n_passkeys, n_recovery_codes: 1 };
            let (mut state, mut seen) = (State::Unknown, Vec::new());
            for event in events {
                seen.push(event);
                state = next(state, event, enrolled);
                if let State::SignedIn { person, second_factor } = state {
                    let last = seen[seen.len() - 1];
                    let password = seen.contains(&Proved::Password(person));
                    let second = matches!(last, Proved::Second(p, _) if p == person);
                    let passkey = last == Proved::VerifiedPasskey(person);
                    prop_assert!(passkey || password && (second || !enrolled.has_second_factor()));
                    prop_assert_eq!(second_factor, passkey || second);
                    break;
                }
            }
        }
    }
}
